"""A story of one company, lived in two identical worlds: every event is a method, and is told by its name.

After each event the promises that always hold are checked (``always.py``); an event that puts one to the test says
which. A story is a list of names with arguments, so a bad one can be kept (``kept.py``) and written out as a scenario.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from provisioner.adapters.lock import StateLock
from provisioner.model.answer import Answer
from provisioner.model.errors import SnapshotInvalid
from provisioner.model.job import Clause, ClauseGroup, Limits
from provisioner.model.question import Question
from provisioner.model.state import RequestKind
from provisioner.runtime.pause import BUDGET
from provisioner.runtime.steering import BUTTON
from tests.command import person
from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job, mapping
from tests.simulation.always import check_always, harmed
from tests.simulation.company import GROUPS, Company, id_of
from tests.simulation.fate import Fate
from tests.simulation.memory_source import MemorySource, TornSource
from tests.simulation.one_cycle import fares_of_others, planned_and_done, rival
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import USER, Simulation
from tests.simulation.troubles import refuses, throttled, troubled, well

THRESHOLD = 1
OWNER = mapping("externalId", "[objectId]")
NICKNAME = mapping("nickName", "[mailNickname]")
RESEARCH = (ClauseGroup("research", (Clause("department", "EQUALS", "Research"),)),)

ENTRA = "as Entra"
WAYS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    ENTRA: ({}, ""),
    "with the flag": ({}, "?aadOptscim062020"),
    "without gaps": ({"late_references": "close", "manager_on_create": "in-post", "lost_link": "fail"}, ""),
    "deleting": ({"delete_on_scope_loss": "on", "probe_idle": "skip"}, ""),
}
"""Ways to go about it that a job may choose: fidelity settings, and what stands at the end of the tenant URL."""

Event: TypeAlias = tuple[str, dict[str, Any]]
Hook: TypeAlias = Callable[[Simulation], Callable[[Question, Callable[[], Answer]], Answer]]


class Story:
    """Two worlds in which the same happens. People and groups are named by a number that is taken round the circle."""

    def __init__(self, way: str = ENTRA) -> None:
        fidelity, query = WAYS[way]
        limits = Limits(deletion_count=THRESHOLD)
        made = job(USER_NAME, ACTIVE, TITLE, OWNER, MANAGER, limits=limits, fidelity=fidelity)
        made = replace(made, groups=GROUPS, target=replace(made.target, url=made.target.url + query))
        self.worlds = (Simulation(job=made), Simulation(job=made))
        self.joined = 0
        self.approved: list[set[str]] = []
        self.told: list[Event] = []
        self.way = way

    def tell(self, event: str, **arguments: Any) -> None:
        """Let something happen, and see whether every promise is still kept."""
        self.told.append((event, arguments))
        try:
            getattr(self, event)(**arguments)
            check_always(self.worlds)
        except AssertionError as broken:
            broken.add_note(f"Told {self.way}, for kept.py or write_scenario (as_scenario.py): {self.told!r}")
            raise

    @property
    def world(self) -> Simulation:
        return self.worlds[0]

    def someone(self, choice: int) -> int:
        return sorted(self.world.people)[choice % len(self.world.people)]

    def some_group(self, choice: int) -> str:
        return sorted(self.world.groups)[choice % len(self.world.groups)]

    def both(self, act: Callable[[Company], Any]) -> None:
        for world in self.worlds:
            act(world)

    # People

    def join(self) -> None:
        self.joined += 1
        self.both(lambda world: world.join(self.joined))

    def rename(self, choice: int) -> None:
        number, serial = self.someone(choice), self.world.serial
        if "deletedDateTime" not in self.world.people[number]:
            self.both(lambda world: world.rename(number, f"p{number}-{serial}"))

    def move(self, choice: int, department: str) -> None:
        number, told = self.someone(choice), {"department": department, "jobTitle": f"{department} lead"}
        self.both(lambda world: world.people[number].update(told))

    def report(self, choice: int, to: int) -> None:
        number, manager = self.someone(choice), self.someone(to)
        self.both(lambda world: world.report_to(number, manager))

    def leave_or_return(self, choice: int) -> None:
        """An assignment is taken away, or given back."""
        self._assign_or_not(self.someone(choice))

    def disable_or_enable(self, choice: int) -> None:
        number = self.someone(choice)
        enabled = not self.world.people[number]["accountEnabled"]
        self.both(lambda world: world.people[number].update(accountEnabled=enabled))

    def soft_delete_or_restore(self, choice: int) -> None:
        number = self.someone(choice)
        deleted = "deletedDateTime" in self.world.people[number]
        self.both(lambda world: world.restore(number) if deleted else world.soft_delete(number))

    def purge(self, choice: int) -> None:
        number = self.someone(choice)
        self.both(lambda world: world.purge(number))

    # Groups

    def form(self, group: int, members: list[int], name: int) -> None:
        """A group is formed, or has other members and another name from now on."""
        numbers = [self.someone(choice) for choice in members] if self.world.people else []
        self.both(lambda world: world.form(f"g{group}", *dict.fromkeys(numbers), name=f"Group {group}.{name}"))

    def disband(self, choice: int) -> None:
        group = self.some_group(choice)
        self.both(lambda world: world.groups.pop(group))

    def assign_group_or_not(self, choice: int) -> None:
        self._assign_or_not(self.some_group(choice))

    def _assign_or_not(self, principal: int | str) -> None:
        for world in self.worlds:
            world.unassigned ^= {principal}

    # The job

    def edit_a_mapping(self) -> None:
        for world in self.worlds:
            rules = world.job.users
            kept = tuple(each for each in rules.mappings if each != NICKNAME)
            edited = kept if NICKNAME in rules.mappings else (*kept, NICKNAME)
            world.job = replace(world.job, users=replace(rules, mappings=edited))

    def edit_the_filter(self) -> None:
        for world in self.worlds:
            rules = world.job.users
            world.job = replace(world.job, users=replace(rules, filter=() if rules.filter else RESEARCH))

    def pause(self) -> None:
        self._ask(RequestKind.PAUSE)
        self._live()

    def resume(self) -> None:
        self._ask(RequestKind.RESUME)
        self._live()

    def restart(self, scopes: list[str]) -> None:
        self._ask(RequestKind.RESTART, *scopes)

    def restart_in_full(self) -> None:
        """All links are forgotten and everybody is matched anew by name. Who has left would not be found again."""
        self._ask(RequestKind.RESUME)
        self._ask(RequestKind.RESTART, "full")
        self._live()

    def approve(self) -> None:
        """The administrator looks at what is held and allows exactly that (E94).

        A cycle that crashed may have written down what it holds before it could say so: it is that, or what was held
        before.
        """
        held: dict[int, set[str]] = {}
        for record in self.world.store.records(action="stagedDelete"):
            held.setdefault(record.cycle, set()).add(record.source_id)
        self.approved += [held[cycle] for cycle in sorted(held)[-2:]]
        self._ask(RequestKind.RESTART, "force-deletes")

    @property
    def at_rest(self) -> bool:
        return not any(broken_promises(self.world))

    @property
    def held(self) -> bool:
        quarantine = self.world.store.health().quarantine
        return quarantine is not None and bool(quarantine.held)

    def _ask(self, kind: RequestKind, *scopes: str) -> None:
        for world in self.worlds:
            world.ask(kind, *scopes)

    # Time, and what goes wrong

    def cycle(self) -> None:
        self._live()

    def cycle_with_an_ill_target(self, at: dict[int, str]) -> None:
        self._live(lambda world: troubled(world.target, at))

    def crash(self, tick: int, at: dict[int, str]) -> None:
        self._live(lambda world: troubled(world.target, at), fate=Fate(crash_at=tick))

    def throttle(self, minutes: int, retry_after: float | None) -> None:
        """F10: the target answers 429 to everything for so long; no more is sent than a cycle's pauses allow."""
        before = len(self.world.target.asked)
        until = self.world.clock.now() + timedelta(minutes=minutes)
        self._live(lambda world: throttled(world.clock, until, retry_after))
        assert minutes * 60 < BUDGET or len(self.world.target.asked) - before <= MOST_WHILE_THROTTLED, "F10"

    def clock_jumps(self, days: int, hours: int) -> None:
        for world in self.worlds:
            world.clock.advance(timedelta(days=days, hours=hours))

    def lose_an_account(self, choice: int) -> None:
        """Somebody deletes an account in the target by hand (E31)."""
        for world in self.worlds:
            accounts = sorted(world.target.accounts)
            if accounts:
                del world.target.accounts[accounts[choice % len(accounts)]]

    # Promises that are put to the test

    def torn_snapshot(self) -> None:
        """P5: nothing is asked and nothing changes."""
        self._refused(TornSource((), ()))

    def older_snapshot(self) -> None:
        """P5: an export that says itself that it is older than the last one is refused, unless a restart allows it."""
        mark = self.world.store.watermark()
        if mark is not None and mark.generated_at is not None and not self.world.store.requests():
            self._refused(MemorySource([person(0)], (), generated_at=mark.generated_at - timedelta(hours=1)))

    def _refused(self, source: MemorySource) -> None:
        for world in self.worlds:
            asked, links = len(world.target.asked), list(world.store.links(USER))
            world.source = source
            try:
                report = world.cycle()
            except SnapshotInvalid:
                report = None
            world.source = None
            assert report is None or report.cycle == "none", "P5"
            assert (len(world.target.asked), list(world.store.links(USER))) == (asked, links), "P5"

    def spoil(self, choice: int) -> None:
        """P6: the target refuses whatever is asked about one person; everybody else fares as if it did not."""
        bad = id_of(self.someone(choice))
        with_her, without = fares_of_others(self.world, bad)
        assert with_her == without, "P6"
        self._live(lambda world: refuses(world.target, bad))

    def preview(self) -> None:
        """P7: what a plan says is what the run does, and planning changes nothing."""
        said, done = planned_and_done(self.world)
        assert said == done, "P7"
        self._live()

    def two_at_once(self, question: int) -> None:
        """P8: while one run is at its so many-th question, a second one leaves politely and has asked nothing."""
        with TemporaryDirectory() as folder:
            state = str(Path(folder) / "state.db")
            with StateLock(state):
                self._live(lambda world: rival(world, state, question))

    def come_right(self) -> None:
        """P1: once nothing fails any more, the world comes right; a restart closes the gaps of E38."""
        self._live()
        self._ask(RequestKind.RESUME)
        for _ in range(2):
            self._ask(RequestKind.RESTART, *BUTTON)
            for _ in range(4):
                self._live(pause=timedelta(days=1))
                if self.held:
                    self.approve()
        broken = list(broken_promises(self.world))
        assert broken == [], f"P1: {broken}"

    def _live(self, trouble: Hook | None = None, *, fate: Fate | None = None, **more: timedelta) -> None:
        """One cycle in both worlds. P4: no more is taken away in it than the threshold or somebody's word allows."""
        for world in self.worlds:
            before = harmed(world)
            world.target.trouble = trouble(world) if trouble is not None else well
            world.cycle(replace(fate) if fate is not None else None, **more)
            world.target.trouble = well
            lost = before - harmed(world)
            assert len(lost) <= THRESHOLD or any(lost <= allowed for allowed in self.approved), "P4"


MOST_WHILE_THROTTLED = 6 + int(BUDGET // 60) + 1
"""Pauses of 1, 2, 4 ... 60 seconds: so many questions fit into the pauses of one cycle, and one more."""
