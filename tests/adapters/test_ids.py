"""Chance, the machine's and the repeatable one."""

from itertools import islice
from uuid import UUID

import pytest

from provisioner.adapters.ids import SeededIds, SystemIds
from provisioner.ports import Ids


def drawn(ids: Ids) -> list[object]:
    return [ids.guid(), ids.randbelow(10**9), ids.guid()]


@pytest.mark.parametrize("ids", [SystemIds(), SeededIds(7), SeededIds(7).stream("anna")])
def test_guids_are_of_version_4_and_numbers_within_bounds(ids: Ids) -> None:
    """A guid is one that others accept as random; a number is never the bound itself."""
    guids = [ids.guid() for _ in range(100)]
    assert len(set(guids)) == 100
    assert all(str(UUID(guid)) == guid and UUID(guid).version == 4 for guid in guids)
    assert {ids.randbelow(3) for _ in range(200)} == {0, 1, 2}


def test_the_same_seed_gives_the_same_values() -> None:
    """Same seed and calls, same values; another seed, others (P10)."""
    assert drawn(SeededIds(7)) == drawn(SeededIds(7))
    assert drawn(SeededIds(7)) != drawn(SeededIds(8))
    assert drawn(SystemIds()) != drawn(SystemIds())


def test_a_stream_does_not_depend_on_what_is_drawn_elsewhere() -> None:
    """Whoever draws first, a named stream gives its own values, and each name others."""
    early, late = SeededIds(7), SeededIds(7)
    list(islice(iter(late.guid, ""), 50))
    assert drawn(early.stream("anna")) == drawn(late.stream("anna"))
    assert drawn(early.stream("anna")) != drawn(early.stream("bert"))
