"""Exactly three safeguards, each taken away once: the promise it keeps must break, and hold again with it.

A story that ends well without its safeguard would prove nothing.
"""

import pytest

from provisioner.model.decision import Verdict
from tests.simulation.memory_store import MemoryStore
from tests.simulation.stories import everybody_leaves, filters_ignored, renamed_after_a_crash


def _writes_no_intent(patch: pytest.MonkeyPatch) -> None:
    """Nothing is written down before a question; what was settled is committed as ever."""
    patch.setattr(MemoryStore, "intend", lambda store, *_: store.flush())


def _believes_every_hit(patch: pytest.MonkeyPatch) -> None:
    """Whatever a filter returns is taken for the person looked for."""
    everything = lambda resources, *_: {resource["id"]: resource for resource in resources}  # noqa: E731
    patch.setattr("provisioner.engine.flow.carriers", everything)


def _guard_always_says_go(patch: pytest.MonkeyPatch) -> None:
    """Any number of people may be disabled."""
    patch.setattr("provisioner.runtime.cycle.judge", lambda *_, **__: Verdict(go=True))


MUTATIONS = {
    "the intent": (_writes_no_intent, renamed_after_a_crash, "p1@contoso.example is active and nobody's"),
    "the re-check of hits": (_believes_every_hit, filters_ignored, "the stranger was changed"),
    "the deletion guard": (_guard_always_says_go, everybody_leaves, "p1@contoso.example was disabled"),
}


@pytest.mark.parametrize("safeguard", MUTATIONS)
def test_with_the_safeguard_the_story_ends_well(safeguard):
    """The promise holds as the program is."""
    _, story, _ = MUTATIONS[safeguard]
    assert story() == []


@pytest.mark.parametrize("safeguard", MUTATIONS)
def test_without_the_safeguard_the_promise_breaks(safeguard, monkeypatch):
    """The same story with the safeguard taken out ends as badly as it is said to."""
    mutate, story, harm = MUTATIONS[safeguard]
    mutate(monkeypatch)
    assert harm in story()
