"""A story of the simulation as a scenario folder, which ``provisioner scenario run`` plays against the sandbox.

What the simulation does to a single question, the sandbox does to a whole cycle, as nearly as it can; what no scenario
can tell (a process that ends, a clock that is put back, hands in the target) stands in the story as a comment.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from provisioner.model.job import ClauseGroup, Job, Rules
from provisioner.model.job import Mapping as AttributeMapping
from provisioner.model.state import RequestKind
from tests.command import directory
from tests.simulation.company import Company
from tests.simulation.memory_source import MemorySource
from tests.simulation.simulated import CYCLE, Simulation
from tests.simulation.story import ENTRA, THRESHOLD, WAYS, Event, Hook, Story

FAULTS: Final[Mapping[str, str]] = {
    "5xx": "error-on={number}",
    "5xx, but done": "error-after-work",
    "timeout": "close",
    "timeout, but done": "drop-after-create",
    "unreachable": "close",
    "401": "unauthorized",
    "409": "conflict-on-create",
    "429": "throttle=60",
    "filter ignored": "ignore-filters",
    "duplicate entries": "duplicate-entries",
}
"""A trouble of one question -> the fault of the sandbox that is most like it."""

UNTELLABLE: Final = frozenset({"lose_an_account", "torn_snapshot", "older_snapshot", "spoil", "two_at_once"})

JOB: Final = """\
name = "story"

[source]
snapshot = "snapshots/001"
allow_empty = true

[target]
url = "http://127.0.0.1:8808/scim/v2{query}"
token = "env:SCIM_TOKEN"

[fidelity]
{fidelity}

[limits]
deletion_threshold = {threshold}

[users]
mappings = [
{users}
]

[groups]
mappings = [
{groups}
]
{filters}"""


def write_scenario(told: Iterable[Event], folder: Path, title: str, way: str = ENTRA) -> Simulation:
    """Write a story as a folder: ``story.md``, ``timeline.toml``, and job files and snapshots as they change.

    Returns the world at its end, two cycles later: the same is to be seen in the folder's ``expected/``.
    """
    writer = _Writer(folder, way)
    for event, arguments in told:
        if event != "come_right":
            writer.tell(event, **arguments)
    writer.finish(title)
    return writer.world


class _Writer(Story):
    """Lives a story again and writes down what happens between its cycles. Broken promises are not its business."""

    def __init__(self, folder: Path, way: str) -> None:
        super().__init__(way)
        self.folder = folder
        self.passed = timedelta(0)
        self.last = timedelta(0)
        self.events: list[str] = []
        self.faults: list[str] = []
        self.jobs: list[str] = []
        self.directories: list[Any] = []

    def tell(self, event: str, **arguments: Any) -> None:
        self.told.append((event, arguments))
        if event in UNTELLABLE:
            self._remark(_sentence(event, arguments))
        try:
            getattr(self, event)(**arguments)
        except AssertionError as broken:
            self._remark(f"here a promise was broken: {str(broken).splitlines()[0]}")

    def cycle_with_an_ill_target(self, at: dict[int, str]) -> None:
        self.faults = _faults(at)
        super().cycle_with_an_ill_target(at)

    def crash(self, tick: int, at: dict[int, str]) -> None:
        self._remark(f"the process ends at tick {tick} of the next cycle")
        self.faults = _faults(at)
        super().crash(tick, at)

    def throttle(self, minutes: int, retry_after: float | None) -> None:
        self.faults = [f"throttle={minutes * 60}"]
        super().throttle(minutes, retry_after)

    def clock_jumps(self, days: int, hours: int) -> None:
        jump = timedelta(days=days, hours=hours)
        if jump < timedelta(0):
            self._remark(f"the clock is put back by {-jump}")
        self.passed += max(jump // CYCLE, 0) * CYCLE
        super().clock_jumps(days, hours)

    def _refused(self, source: MemorySource) -> None:
        self.passed += CYCLE
        super()._refused(source)

    def _ask(self, kind: RequestKind, *scopes: str) -> None:
        approves = "force-deletes" in scopes
        asked = f'ask = "{"approve" if approves else kind.value}"'
        if kind is RequestKind.RESTART and scopes and not approves:
            asked += f"\nreset = {_list(scopes)}"
        self._happens(asked)
        super()._ask(kind, *scopes)

    def _live(self, trouble: Hook | None = None, **more: Any) -> None:
        self._look_around()
        if self.faults:
            self._happens(f"faults = {_list(self.faults)}")
        try:
            super()._live(trouble, **more)
        finally:
            self.last = self.passed
            self.passed += more.get("pause", CYCLE)
            if self.faults:
                self._happens("faults = []")
            self.faults = []

    def _look_around(self) -> None:
        """Write down what the job and the directory are now, if they are not what they were."""
        job, snapshot = job_file(self.world.job, self.way), _directory(self.world)
        if not self.jobs or self.jobs[-1] != job:
            self._save(job)
        if not self.directories or self.directories[-1] != snapshot:
            self._export(snapshot)

    def _save(self, job: str) -> None:
        self.jobs.append(job)
        name = f"job-{len(self.jobs)}.toml" if self.jobs[1:] else "job.toml"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(job)
        if self.jobs[1:]:
            self._happens(f'job = "{name}"')

    def _export(self, snapshot: Any) -> None:
        self.directories.append(snapshot)
        name = f"{len(self.directories):03}"
        people, assigned, groups = snapshot
        directory(self.folder / "snapshots" / name, people, assigned=assigned, groups=groups)
        if self.directories[1:]:
            self._happens(f'snapshot = "{name}"')

    def _happens(self, what: str) -> None:
        """Something happens shortly before the next cycle."""
        at = max(self.passed - timedelta(minutes=5), timedelta(0))
        self.events.append(f'[[event]]\nat = "{_moment(at)}"\n{what}\n')

    def _remark(self, what: str) -> None:
        self.events.append(f"# {what}\n")

    def finish(self, title: str) -> None:
        """Write the story and its times, when all of it is told."""
        for _ in range(2):
            self._live()
        sentences = "\n".join(f"- {_sentence(event, arguments)}" for event, arguments in self.told)
        (self.folder / "story.md").write_text(f"# {title}\n\nTold by the simulation:\n\n{sentences}\n")
        timeline = "\n".join([f'end = "{_moment(self.last)}"\n', *self.events])
        (self.folder / "timeline.toml").write_text(timeline)


def job_file(job: Job, way: str) -> str:
    """The job of a story as a job file."""
    groups, (fidelity, query) = job.groups, WAYS[way]
    assert groups is not None
    return JOB.format(
        query=query,
        fidelity="\n".join(f'{name} = "{value}"' for name, value in fidelity.items()),
        threshold=THRESHOLD,
        users=_mappings(job.users),
        groups=_mappings(groups),
        filters="\n".join(map(_filter, job.users.filter)),
    )


def _filter(group: ClauseGroup) -> str:
    clauses = [
        f'{{ attribute = "{c.attribute}", operator = "{c.operator}", value = "{c.value}" }}' for c in group.clauses
    ]
    return f'\n[[users.filter]]\nname = "{group.name}"\nclauses = [{", ".join(clauses)}]\n'


def _mappings(rules: Rules) -> str:
    return "\n".join(_mapping(mapping) for mapping in rules.mappings)


def _mapping(mapping: AttributeMapping) -> str:
    matching = f", match = {mapping.match}" if mapping.match is not None else ""
    return f"  {{ target = \"{mapping.target.text}\", source = '{mapping.source}'{matching} }},"


def _directory(company: Company) -> Any:
    people = deepcopy([company.people[number] for number in sorted(company.people)])
    assigned = [company.people[number]["id"] for number in sorted(company.people) if number not in company.unassigned]
    groups = deepcopy([company.groups[group] for group in sorted(company.groups)])
    return people, assigned + [group["id"] for group in groups if group["id"] not in company.unassigned], groups


def _faults(at: Mapping[int, str]) -> list[str]:
    return list(dict.fromkeys(FAULTS[name].format(number=number or 1) for number, name in at.items()))


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


def _sentence(event: str, arguments: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in arguments.items())
    return event.replace("_", " ") + (f" ({told})" if told else "")


def _moment(passed: timedelta) -> str:
    """A time of the story, which begins at eight in the morning."""
    minutes = passed // timedelta(minutes=1) + 8 * 60
    return f"day {minutes // 1440} {minutes % 1440 // 60:02}:{minutes % 60:02}"
