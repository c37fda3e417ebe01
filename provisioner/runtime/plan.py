"""Planning: the same cycle as a run, over a target that does nothing and a memory that keeps nothing (P7)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.engine.flow import Subject
from provisioner.model.job import Job
from provisioner.model.outcome import Action, Ending, Outcome
from provisioner.model.plan import PlannedObject, PlanSummary
from provisioner.model.question import Create, Modify, Remove, Writing
from provisioner.model.report import CycleReport
from provisioner.ports import Target
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.preview import OverlayStore, PreviewTarget
from provisioner.runtime.world import World

Keep = Callable[[PlannedObject], None]
"""Takes a planned object whose first pass is over; later passes come as amendments."""


@dataclass(slots=True)
class Collector:
    """Turns what a preview does into planned objects.

    An object is handed on as soon as its first pass is over; what references and memberships add to it is kept apart
    until the end, because only few objects have any.
    """

    keep: Keep
    skipped: dict[str, int] = field(default_factory=dict)
    amendments: dict[tuple[str, str], PlannedObject] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def watch(self, subject: Subject, outcome: Outcome, written: tuple[Writing, ...]) -> None:
        """See one end of an object."""
        planned = planned_object(subject, outcome, written)
        key = planned.kind, planned.id
        if key in self._seen:
            before = self.amendments.get(key)
            self.amendments[key] = merged(before, planned) if before is not None else planned
            return
        self._seen.add(key)
        if outcome.skip_reason:
            self.skipped[outcome.skip_reason] = self.skipped.get(outcome.skip_reason, 0) + 1
        self.keep(planned)

    def amended(self, planned: PlannedObject) -> PlannedObject:
        """An object with what later passes added to it."""
        later = self.amendments.get((planned.kind, planned.id))
        return planned if later is None else merged(planned, later)


def merged(first: PlannedObject, later: PlannedObject) -> PlannedObject:
    """One object after two passes: a failure outweighs a change, and a change outweighs none."""
    changed = first.action not in ("skip", "fail")
    action = later.action if later.action == "fail" or not changed else first.action
    return replace(
        first,
        action=action,
        operations=first.operations + later.operations,
        changes=first.changes + later.changes,
        skip_reason="" if action != "skip" else first.skip_reason,
        error_code=later.error_code or first.error_code,
        error=later.error or first.error,
    )


def planned_object(subject: Subject, outcome: Outcome, written: tuple[Writing, ...]) -> PlannedObject:
    """One end of an object as the plan tells it."""
    return PlannedObject(
        kind=outcome.kind.value,
        id=outcome.source_id,
        name=outcome.name,
        action=_action(outcome),
        reason=subject.reason.value,
        operations=tuple(operation for question in written for operation in _operations(question)),
        changes=tuple(
            {"attribute": c.attribute, "before": c.before, "after": _plain(c.after)} for c in outcome.changes
        ),
        skip_reason=outcome.skip_reason,
        error_code=outcome.error.code if outcome.error else "",
        error=outcome.error.reason if outcome.error else "",
    )


def _action(outcome: Outcome) -> str:
    if outcome.failed:
        return "fail"
    if outcome.action is Action.STAGED_DELETE:
        return outcome.action.value
    return outcome.action.value if outcome.ending is Ending.CHANGED else "skip"


def _operations(question: Writing) -> Iterator[dict[str, Any]]:
    match question:
        case Create(kind, body):
            yield {"op": "POST", "path": kind.endpoint, "value": body}
        case Remove(kind, target_id):
            yield {"op": "DELETE", "path": f"{kind.endpoint}/{target_id}", "value": None}
        case Modify(_, _, body):
            for operation in body["Operations"]:
                yield {"op": operation["op"], "path": operation.get("path"), "value": operation.get("value")}


def _plain(value: Any) -> Any:
    objects = getattr(value, "objects", None)
    return objects() if objects is not None else value


async def plan_cycle(job: Job, world: World, target: Target, keep: Keep) -> tuple[PlanSummary, Collector]:
    """Plan the cycle a run would do now.

    :param world: the world of the run; its store is only read.
    :param target: the real target, or an OfflineTarget; only reading questions reach it.
    :param keep: takes every object, in the order a run would attend to them.
    """
    collector = Collector(keep)
    preview = replace(
        world,
        targets=(PreviewTarget(target),),
        store=OverlayStore(world.store),
        watch=collector.watch,
        workers=1,
        verify_members=False,
        keeps_log=False,
    )
    report = await run_cycle(job, preview, anyway=True)
    return _summary(report, collector), collector


def _summary(report: CycleReport, collector: Collector) -> PlanSummary:
    held = report.quarantine is not None and report.quarantine.reason == "TooManyDeletes"
    return PlanSummary(
        job=report.job,
        cycle=report.cycle,
        counts=report.counts,
        skipped=dict(sorted(collector.skipped.items())),
        verdict=report.note if held else "",
        problem="" if held or report.complete else report.note,
        requests=report.requests,
    )
