"""Puts what is written in the order of time, and notes what cannot be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from provisioner.adapters.job_toml.findings import Findings
from provisioner.adapters.places import KeyPath
from provisioner.adapters.scenario.times import When, resolved
from provisioner.adapters.scenario.written import WrittenEvent, WrittenTimeline
from provisioner.engine.moment import moment
from provisioner.model.errors import InputError
from provisioner.model.scenario import Asked, Event, Happening, NewFaults, NewJob, NewSnapshot, NewToken
from provisioner.model.state import RequestKind
from provisioner.runtime.steering import BUTTON

SNAPSHOTS: Final = "snapshots"
_RIGHT: Final = {"right": True, "wrong": False}


@dataclass(slots=True)
class Calendar:
    """The events of one timeline. What is wrong with them goes into the findings.

    :param base: the scenario's folder.
    :param check_fault: raises InputError for what is no fault of the sandbox.
    """

    base: Path
    begin: datetime
    findings: Findings
    check_fault: Callable[[str], object]
    before: datetime = field(init=False)
    misbehaving: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.misbehaving = self.begin

    def fill(self, written: WrittenTimeline) -> tuple[tuple[Event, ...], datetime]:
        """Every event in the order of time, faults that last for a time as two, and the end of the story."""
        found = [event for number, each in enumerate(written.event) for event in self._events(each, ("event", number))]
        end = self._time(written.end, ("end",))
        for late in (event for event in found if event.at > end):
            said = f"the story ends before {moment(late.at, self.begin)}: {late.text}"
            self.findings.add(("end",), said, "let it end later")
        return tuple(sorted(found, key=lambda event: event.at)), end

    def existing(self, path: Path, key: KeyPath) -> str:
        """The path of what a key names; a finding when it is not there."""
        if not path.exists():
            near = sorted(other.name for other in path.parent.iterdir()) if path.parent.is_dir() else []
            self.findings.add(
                key, f"there is no {path.name} in {path.parent}", f"there are {', '.join(near) or 'none'}"
            )
        return str(path)

    def _time(self, at: When, key: KeyPath) -> datetime:
        """The time meant; from then on nothing may happen earlier."""
        found = resolved(at, self.begin, self.before)
        if found < self.before:
            said = f"this is {moment(found, self.begin)}, before {moment(self.before, self.begin)}"
            self.findings.add(key, f"time goes backwards: {said}", "put what happens in the order of time")
        self.before = max(self.before, found)
        return found

    def _events(self, written: WrittenEvent, path: KeyPath) -> Iterator[Event]:
        at = self._time(written.at, (*path, "at"))
        happening = self._happening(written, path)
        yield Event(at, happening, _TEXTS[type(happening)](happening))
        if isinstance(happening, NewFaults) and at < self.misbehaving:
            until = moment(self.misbehaving, self.begin)
            self.findings.add(
                (*path, "at"), f"the faults before last until {until}", "let them end before others begin"
            )
        if written.lasting is not None:
            self.misbehaving = at + written.lasting
            yield Event(self.misbehaving, NewFaults(()), _faults(NewFaults(())))

    def _happening(self, written: WrittenEvent, path: KeyPath) -> Happening:
        if written.snapshot is not None:
            return NewSnapshot(self.existing(self.base / SNAPSHOTS / written.snapshot, (*path, "snapshot")))
        if written.job is not None:
            return NewJob(self.existing(self.base / written.job, (*path, "job")))
        if written.faults is not None:
            return self._faults(written.faults, (*path, "faults"))
        if written.token is not None:
            return NewToken(right=_RIGHT[written.token])
        return _asked(str(written.ask), written.reset)

    def _faults(self, faults: list[str], path: KeyPath) -> NewFaults:
        for number, fault in enumerate(faults):
            try:
                self.check_fault(fault)
            except InputError as error:
                self.findings.add_error((*path, number), error)
        return NewFaults(tuple(faults))


def _asked(ask: str, reset: list[str]) -> Asked:
    """Approving is a restart with one reset scope, as it is on the command line (E94)."""
    if ask == "approve":
        return Asked(RequestKind.RESTART, ("force-deletes",))
    return Asked(RequestKind(ask), (tuple(reset) or BUTTON) if ask == "restart" else ())


def _faults(new: NewFaults) -> str:
    return f"the target misbehaves: {', '.join(new.faults)}" if new.faults else "the target behaves again"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    NewSnapshot: lambda new: f"the directory says snapshots/{Path(new.path).name}",
    NewJob: lambda new: f"the administrator saves {Path(new.path).name}",
    NewFaults: _faults,
    NewToken: lambda new: "the job sends its own token again" if new.right else "the job sends a wrong token",
    Asked: lambda asked: " ".join(("asked to", asked.kind.value, *asked.scopes)),
}
