"""Planning: the same cycle as a run, over a target that does nothing and a memory that keeps nothing (P7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from provisioner.engine.story import Subject
from provisioner.model.job import Job
from provisioner.model.outcome import Action, Ending, Outcome
from provisioner.model.plan import PlannedObject, PlanSummary
from provisioner.model.question import Create, Modify, Remove, Writing
from provisioner.model.report import CycleReport
from provisioner.model.roles import RoleList
from provisioner.ports import Target
from provisioner.runtime.cycle import run_cycle
from provisioner.runtime.preview import OverlayStore, PreviewTarget
from provisioner.runtime.world import World


class Kept(Protocol):
    """Where planned objects go. It need not hold them in memory: a population is a million people."""

    def keep(self, planned: PlannedObject) -> None:
        """Take an object whose first pass is over."""
        ...

    def amend(self, later: PlannedObject) -> None:
        """Take what a later pass, of references or memberships, adds to an object that was taken before."""
        ...


@dataclass(slots=True)
class Collector:
    """Turns what a preview does into planned objects, and hands them on at once."""

    kept: Kept
    skipped: dict[str, int] = field(default_factory=dict)

    def watch(self, subject: Subject, outcome: Outcome, written: tuple[Writing, ...], *, again: bool) -> None:
        """See one end of an object."""
        planned = planned_object(subject, outcome, written)
        if again:
            self.kept.amend(planned)
            return
        if outcome.skip_reason:
            self.skipped[outcome.skip_reason] = self.skipped.get(outcome.skip_reason, 0) + 1
        self.kept.keep(planned)


def planned_object(subject: Subject, outcome: Outcome, written: tuple[Writing, ...]) -> PlannedObject:
    """One end of an object as the plan tells it."""
    return PlannedObject(
        outcome.kind.value,
        outcome.source_id,
        outcome.name,
        _action(outcome),
        subject.reason.value,
        operations=tuple([operation for question in written for operation in operations_of(question)]),
        changes=tuple(
            [
                {
                    "attribute": change.attribute,
                    "before": change.before,
                    "after": after.objects() if isinstance(after := change.after, RoleList) else after,
                }
                for change in outcome.changes
            ]
        ),
        skip_reason=outcome.skip_reason,
        error_code=outcome.error.code if outcome.error else "",
        error=outcome.error.reason if outcome.error else "",
        target_id=outcome.target_id,
    )


def _action(outcome: Outcome) -> str:
    if outcome.failed:
        return "fail"
    if outcome.action is Action.STAGED_DELETE:
        return outcome.action.value
    return outcome.action.value if outcome.ending is Ending.CHANGED else "skip"


def operations_of(question: Writing) -> Iterator[dict[str, Any]]:
    """What a write does, as {op, path, value}: a PATCH's own operations, POST with the whole body, or DELETE."""
    match question:
        case Create(kind, body):
            yield {"op": "POST", "path": kind.endpoint, "value": body}
        case Remove(kind, target_id):
            yield {"op": "DELETE", "path": f"{kind.endpoint}/{target_id}", "value": None}
        case Modify(_, _, body):
            for operation in body["Operations"]:
                yield {"op": operation["op"], "path": operation.get("path"), "value": operation.get("value")}


async def plan_cycle(job: Job, world: World, target: Target, kept: Kept) -> PlanSummary:
    """Plan the cycle a run would do now.

    :param world: the world of the run; its store is only read.
    :param target: the real target, or an OfflineTarget; only reading questions reach it.
    :param kept: takes every object, in the order a run would attend to them.
    """
    collector = Collector(kept)
    preview = replace(
        world,
        targets=(PreviewTarget(target),),
        store=OverlayStore(world.store),
        watch=collector.watch,
        workers=1,
        verify_members=False,
        rehearses=True,
    )
    report = await run_cycle(job, preview, anyway=True)
    return _summary(report, collector)


def _summary(report: CycleReport, collector: Collector) -> PlanSummary:
    held = report.quarantine is not None and report.quarantine.reason == "TooManyDeletes"
    return PlanSummary(
        job=report.job,
        cycle=report.cycle,
        counts=report.counts,
        skipped=_skipped(collector.skipped, report.counts.skip),
        verdict=report.note if held else "",
        problem="" if held or report.complete else report.note,
        requests=report.requests,
        exit_code=report.exit_code,
    )


def _skipped(reasons: Mapping[str, int], skipped: int) -> dict[str, int]:
    """How many objects are skipped for which reason: without those whose account is as it should be, and who change in
    a later pass, by a reference or a member.
    """
    changed = sum(reasons.values()) - skipped
    left = {reason: count - changed * (reason == "RedundantExport") for reason, count in sorted(reasons.items())}
    return {reason: count for reason, count in left.items() if count}
