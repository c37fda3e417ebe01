"""One cycle: read the source, decide, and bring the target to where the mappings say.

The order is fixed (E14, E25-E27, F01-F03): read the snapshot whole - finish what a dead run left - triage - guard -
probe - users, each with its intent before and its settlement after every write - references - the job's health - and
the watermark, last. Whatever stops a cycle half-way, the next one begins here again and finds what is left to do.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeGuard

import structlog

from provisioner.engine import lifecycle
from provisioner.engine.guard import Queues, free_of, judge
from provisioner.engine.membership import is_adding
from provisioner.engine.probe import ProbeVerdict, probes
from provisioner.engine.quarantine import lowered
from provisioner.engine.retry import is_due, whole_seconds
from provisioner.engine.wire import TenantUrl
from provisioner.model.decision import Verdict, WorkItem, Worklist
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Job
from provisioner.model.recording import Topic
from provisioner.model.report import CycleReport
from provisioner.model.service import QuarantineReason
from provisioner.model.state import Counts, CycleRow, Watermark
from provisioner.ports import Snapshot, Target
from provisioner.runtime.acceptance import accept
from provisioner.runtime.attend import Attendant
from provisioner.runtime.converse import converse
from provisioner.runtime.illness import (
    SILENT,
    STOPPED,
    Illness,
    fold_health,
    seen_at_the_end,
    seen_by_probe,
    seen_on_the_way,
)
from provisioner.runtime.members import MemberPass
from provisioner.runtime.preparation import (
    Preparation,
    escrows_of,
    is_initial,
    kept_scope,
    prepare,
    rules_digest,
    told_of_scope,
)
from provisioner.runtime.recovery import recover_intents
from provisioner.runtime.references import ReferencePass
from provisioner.runtime.stamps import Stamps, stamps
from provisioner.runtime.steering import heed
from provisioner.runtime.tally import Tally, ending_of
from provisioner.runtime.topic import speak_of
from provisioner.runtime.vigil import Vigil
from provisioner.runtime.world import World

log = structlog.get_logger("provisioner.cycle")


async def run_cycle(job: Job, world: World, *, anyway: bool = False) -> CycleReport:
    """Heed what was asked of the job, and run one cycle to its end unless it is not to run now.

    :param anyway: try a quarantined job before its next attempt is due.
    :raises SnapshotInvalid: before any request, when the snapshot cannot be trusted (F03).
    :raises StateError: when the memory cannot be written; the target is then left alone.
    """
    heed(world.store, world.clock)
    cycle = _Cycle(job, world)
    hindrance = lifecycle.hindrance(world.store.health(), cycle.started)
    if hindrance is not None and not (anyway and hindrance is lifecycle.Status.QUARANTINE):
        return cycle.not_run(hindrance)
    return await cycle.run()


TELL_EVERY: Final = 100
"""How many objects are attended to between two notes of progress in the state."""

_NOT_RUN: Final = {
    lifecycle.Status.PAUSED: "paused",
    lifecycle.Status.DISABLED: "disabled",
    lifecycle.Status.QUARANTINE: "quarantined",
}


@dataclass(slots=True)
class _Cycle:
    job: Job
    world: World
    tenant: TenantUrl = field(init=False)
    vigil: Vigil = field(init=False)
    targets: tuple[Target, ...] = field(init=False)
    started: datetime = field(init=False)
    previous: CycleRow | None = field(init=False)
    number: int = field(init=False)
    warnings: tuple[str, ...] = ()
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.previous = next(iter(self.world.store.cycles(limit=1)), None)
        self.tenant = TenantUrl.parse(self.job.target.url)
        self.vigil = Vigil(self.world.service.patience)
        self.targets = tuple(self.vigil.over(target) for target in self.world.targets)
        self.started = self.world.clock.now()
        self.number = self.previous.number + 1 if self.previous is not None else 1
        self.id = self.world.ids.stream(f"cycle {self.number}").guid()

    def not_run(self, hindrance: lifecycle.Status) -> CycleReport:
        """The report of a cycle that did not take place: nothing was sent."""
        quarantine = self.world.store.health().quarantine
        return CycleReport(
            job=self.job.name,
            number=self.number - 1,
            cycle="none",
            status=_NOT_RUN[hindrance],
            counts=Counts(),
            requests=0,
            started=self.started,
            ended=self.started,
            quarantine=quarantine if hindrance is not lifecycle.Status.PAUSED else None,
            note=lifecycle.explain(self.world.store.health(), hindrance),
            complete=False,
        )

    async def run(self) -> CycleReport:
        if self.world.store.retarget(self.tenant.base):
            log.warning("the target has changed: its accounts are matched anew", target=self.tenant.base)
        watermark = self.world.store.watermark()
        if self._nothing_changed(watermark):
            return await self._idle(watermark)
        with self.world.source.open() as snapshot:
            accept(snapshot, watermark, self.job)
            return await self._work(snapshot, watermark)

    def _nothing_changed(self, watermark: Watermark | None) -> TypeGuard[Watermark]:
        """Whether there can be nothing to do: same bytes, same rules, nothing unfinished and nothing due."""
        if watermark is None or not watermark.fingerprint or is_initial(watermark, self._rules(watermark)):
            return False
        store = self.world.store
        closing = self.job.fidelity.late_references == "close" and any(True for _ in store.references())
        if closing or not all(map(is_adding, store.intents())):
            return False
        if any(is_due(escrow.next_attempt, self.started) for escrow in store.escrows()):
            return False
        return watermark.fingerprint == self.world.source.fingerprint()

    def _rules(self, watermark: Watermark | None) -> str:
        return rules_digest(self.job, kept_scope(self.job, watermark))

    async def _idle(self, watermark: Watermark) -> CycleReport:
        """A cycle with nothing to do still opens with the probe (E14)."""
        verdict = ProbeVerdict() if self.job.fidelity.probe_idle == "skip" else await self._probe()
        row = CycleRow(self.number, self.id, "incremental", self.started)
        kept = replace(watermark, cycle=self.number, at=self.started)
        return self._close(row, Tally(), kept, seen_by_probe(verdict))

    async def _work(self, snapshot: Snapshot, watermark: Watermark | None) -> CycleReport:
        store = self.world.store
        kind = "initial" if is_initial(watermark, self._rules(watermark)) else "incremental"
        row = CycleRow(self.number, self.id, kind, self.started)
        store.begin_cycle(row)
        stamp = self._stamps()
        preparation = prepare(
            self.job,
            snapshot,
            store,
            self.world.ids,
            self.started,
            flag=self.tenant.flag,
            watermark=watermark,
            silent=self.world.rehearses,
        )
        self.warnings += told_of_scope(watermark, preparation.scope)
        left = preparation.left_to_flows()
        doubtful = await recover_intents(
            self.world, self.targets[0], self.vigil, stamp, spared=frozenset(left.values())
        )
        preparation = replace(preparation, open_creates=left, escrows=escrows_of(store))
        worklist = preparation.worklist()
        verdict = self._guard(worklist)
        queues, row = free_of(worklist, verdict), replace(row, total=len(worklist.items))
        del worklist  # what is done is let go: the worklist of a population is large
        store.update_cycle(row)
        attendant = Attendant(
            self.world,
            self.targets[: self.world.workers],
            self.targets,
            preparation,
            self.world.service.ladders[self.job.limits.escrow_ladder],
            stamp,
        )
        for outcome in doubtful:
            attendant.tally.note(outcome)
        illness = seen_by_probe(await self._probe()) if row.total or self._probes_idle() else None
        if illness is None:
            attendant.hold(() if verdict.go else verdict.held)
            illness = await self._attend(attendant, queues, row)
            self.warnings += tuple(attendant.convergence.warnings)
        if illness is None and not verdict.go:
            illness = Illness(QuarantineReason.TOO_MANY_DELETES.value, verdict.reason, held=verdict.digest)
        mark = self._mark(snapshot, preparation, again=attendant.again) if illness is None else None
        report = self._close(row, attendant.tally, mark, illness)
        if mark is not None and not report.counts.fail and store.approvals():
            store.forget_approvals()  # they are spent: the same people vanishing again need another word (E94)
        return report

    def _guard(self, worklist: Worklist) -> Verdict:
        """The deletion guard's word, before the first write (E94)."""
        limits, store = self.job.limits, self.world.store
        links = (link for kind in ObjectKind for link in store.links(kind)) if limits.deletion_share is not None else ()
        active = sum(link.active for link in links)
        approved = [approval.digest for approval in store.approvals() if approval.expires > self.started]
        return judge(worklist, limits, active=active, approved=approved)

    def _probes_idle(self) -> bool:
        return self.job.fidelity.probe_idle == "send"

    async def _probe(self) -> ProbeVerdict:
        verdict = ProbeVerdict()
        speak_of(Topic())
        for flow in probes(self.job, self.world.ids):
            verdict = await converse(flow, self.targets[0])
            if verdict.error is not None:
                break
        return verdict

    async def _attend(self, attendant: Attendant, queues: Queues, row: CycleRow) -> Illness | None:
        """Users, references, groups, memberships, in this order (E27). The illness that ended it early, if any."""
        progress = self.world.progress
        try:
            await self._attend_kind(ObjectKind.USER, attendant, queues, row)
            progress.begin("references", len(attendant.owing))
            await ReferencePass(attendant).resolve(lambda: self._ended() is None)
            await self._attend_kind(ObjectKind.GROUP, attendant, queues, row)
            await self._attend_members(attendant)
        finally:
            progress.end()
        return self._ended()

    async def _attend_kind(self, kind: ObjectKind, attendant: Attendant, queues: Queues, row: CycleRow) -> None:
        queue = queues[kind]
        self.world.progress.begin(f"{kind.value.lower()}s", len(queue))
        async for attended in attendant.attend(_drained(queue), lambda: self._ended() is None):
            self.world.progress.step(ending_of(attended.outcome))
            self._tell(row, attendant.tally)

    async def _attend_members(self, attendant: Attendant) -> None:
        members = MemberPass(attendant, self.job.limits.member_patches_in_flight, self.world.verify_members)
        waiting = deque((attended, members.prepare(attended)) for attended in attendant.groups)
        self.world.progress.begin("members", sum(len(changes.add) + len(changes.remove) for _, changes in waiting))
        while waiting and self._ended() is None:
            await members.change(*waiting.popleft(), lambda: self._ended() is None)
        if self._ended() is None:
            members.additions.forget_unlinked()
        self.warnings += tuple(members.warnings)

    def _tell(self, row: CycleRow, tally: Tally) -> None:
        """Let others see how far the cycle is, now and then (E105)."""
        if tally.done % TELL_EVERY == 0:
            self.world.store.update_cycle(
                replace(row, done=tally.done, counts=tally.counts, requests=self.world.requests)
            )

    def _ended(self) -> Illness | None:
        return seen_on_the_way(self.world.stop, self.vigil)

    def _mark(self, snapshot: Snapshot, preparation: Preparation, *, again: bool) -> Watermark:
        """The new watermark; without a fingerprint the next cycle reads the source even if its bytes are the same."""
        summary = snapshot.summary
        return Watermark(
            cycle=self.number,
            at=self.started,
            fingerprint="" if again else summary.fingerprint,
            rules=rules_digest(self.job, preparation.scope),
            target=self.tenant.base,
            scope=preparation.scope,
            generated_at=summary.generated_at,
            people=summary.counts.users,
        )

    def _close(self, row: CycleRow, tally: Tally, mark: Watermark | None, illness: Illness | None) -> CycleReport:
        """Fold the job's health and end the cycle; the watermark is written last.

        A cycle that completed may still find the job ill, by what waits in escrow.
        """
        store, service = self.world.store, self.world.service
        complete = illness is None
        illness = illness or seen_at_the_end(store, tally, lowered(service.thresholds, self.job.limits.quarantine))
        quarantine = fold_health(self.job, store, illness, tally, service.pace, whole_seconds(self.started))
        ended = self.world.clock.now()
        status = _status(illness, tally)
        requests = self.world.requests
        note = illness.message if illness is not None else ""
        row = replace(
            row, ended=ended, status=status, counts=tally.counts, requests=requests, done=tally.done, note=note
        )
        store.end_cycle(row, mark)
        self._forget_the_old(ended)
        return CycleReport(
            job=self.job.name,
            number=self.number,
            cycle=row.kind,
            status=status,
            counts=tally.counts,
            requests=requests,
            started=self.started,
            ended=ended,
            failures=tuple(tally.failures),
            quarantine=quarantine,
            note=note,
            complete=complete,
            warnings=(*self.warnings, *tally.warnings),
        )

    def _forget_the_old(self, now: datetime) -> None:
        """Keep the log for its time (30 days, as Entra does). It is pruned in the first cycle of a day."""
        keep = self.job.state
        if self.previous is not None and self.previous.started.date() != self.started.date():
            self.world.store.prune(now - keep.keep, keep.keep_records)

    def _stamps(self) -> Stamps:
        return stamps(world=self.world, cycle=self.number, cycle_id=self.id, job=self.job.name, target=self.tenant.base)


def _drained(queue: deque[WorkItem]) -> Iterator[WorkItem]:
    while queue:
        yield queue.popleft()


def _status(illness: Illness | None, tally: Tally) -> str:
    if illness is not None:
        return {STOPPED: "stopped", SILENT: "failed"}.get(illness.reason, "quarantined")
    return "failed" if tally.counts.fail else "succeeded"
