"""Any sequence of settlements, committed at any points, leaves a store as it would leave a dictionary."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import StateError
from provisioner.model.state import Escrow, Link, PendingReference, Repeat, Settlement
from provisioner.ports import Store

GROUP = ObjectKind.GROUP
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("anna", "bert", "carl")
names = st.sampled_from(NAMES)
targets = st.sampled_from(("t1", "t2", "t3"))


@st.composite
def settlements(draw: st.DrawFn) -> Settlement:
    name = draw(names)
    due = Escrow(GROUP, name, NOW, draw(st.integers(1, 9)), NOW, reference=draw(st.booleans()))
    references = tuple(PendingReference(GROUP, name, "manager", boss) for boss in draw(st.sets(names)))
    return Settlement(
        GROUP,
        name,
        digest=draw(st.none() | st.binary(max_size=2)),
        forget=draw(st.booleans()),
        link=draw(st.none() | st.builds(Link, st.just(GROUP), st.just(name), targets, st.booleans(), st.booleans())),
        drop_link=draw(st.booleans()),
        escrow=draw(st.none() | st.just(due)),
        clear_escrow=draw(st.booleans()),
        references=draw(st.none() | st.just(references)),
        repeats=draw(st.none() | st.sets(names).map(lambda paths: repeated(name, paths))),
        members_added=tuple((member, draw(targets)) for member in draw(st.sets(names))),
        members_removed=tuple(draw(st.sets(names))),
    )


def repeated(name: str, paths: set[str]) -> tuple[Repeat, ...]:
    return tuple(Repeat(GROUP, name, path, "d", len(paths)) for path in sorted(paths))


@dataclass
class Model:
    """The same memory as dictionaries."""

    digests: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    escrows: dict[str, Escrow] = field(default_factory=dict)
    references: dict[str, tuple[PendingReference, ...]] = field(default_factory=dict)
    repeats: dict[str, tuple[Repeat, ...]] = field(default_factory=dict)
    members: dict[str, dict[str, str]] = field(default_factory=dict)

    def takes(self, link: Link | None) -> bool:
        """Whether the account is free or the object's own."""
        return link is None or all(
            other.target_id != link.target_id or other.source_id == link.source_id for other in self.links.values()
        )

    def settle(self, told: Settlement) -> None:
        name = told.source_id
        if told.forget:
            for memory in (self.digests, self.links, self.escrows, self.references, self.repeats, self.members):
                memory.pop(name, None)
        if told.digest is not None:
            self.digests[name] = told.digest
        if told.drop_link:
            self.links.pop(name, None)
        if told.link is not None:
            self.links[name] = told.link
        if told.clear_escrow:
            self.escrows.pop(name, None)
        if told.escrow is not None:
            self.escrows[name] = told.escrow
        for memory, replaced in ((self.references, told.references), (self.repeats, told.repeats)):
            if replaced is not None:
                memory[name] = replaced
        self._settle_members(told, self.members.setdefault(name, {}))

    @staticmethod
    def _settle_members(told: Settlement, members: dict[str, str]) -> None:
        for member in told.members_removed:
            members.pop(member, None)
        members.update(told.members_added)


def agree(store: Store, model: Model) -> None:
    for name in NAMES:
        assert store.link(GROUP, name) == model.links.get(name)
        assert store.escrow(GROUP, name) == model.escrows.get(name)
        assert store.repeats(GROUP, name) == model.repeats.get(name, ())
    for target_id in ("t1", "t2", "t3"):
        owners = [link for link in model.links.values() if link.target_id == target_id]
        assert store.linked_to(GROUP, target_id) == (owners[0] if owners else None)


def agree_on_all(store: Store, model: Model) -> None:
    agree(store, model)
    assert dict(store.digests(GROUP)) == model.digests
    assert {link.source_id: link for link in store.links(GROUP)} == model.links
    assert {escrow.source_id: escrow for escrow in store.escrows()} == model.escrows
    assert set(store.references()) == {reference for some in model.references.values() for reference in some}
    assert {name: dict(store.memberships(name)) for name in NAMES} == {n: model.members.get(n, {}) for n in NAMES}


@settings(deadline=None)
@given(st.lists(st.tuples(settlements(), st.booleans()), max_size=12))
def test_a_store_remembers_like_a_dictionary(told: list[tuple[Settlement, bool]]) -> None:
    """After every settlement, committed or not, each question has the answer of the dictionaries."""
    model = Model()
    with open_store(":memory:", job="job", ids=SeededIds(1)) as store:
        for settlement, commit in told:
            if model.takes(settlement.link):
                store.settle(settlement)
                model.settle(settlement)
            else:
                with pytest.raises(StateError):
                    store.settle(settlement)
            if commit:
                store.flush()
            agree(store, model)
        agree_on_all(store, model)
