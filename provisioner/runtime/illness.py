"""What can be wrong with a job as a whole, and what a cycle's end does to its health (E91, E92)."""

from datetime import datetime
from typing import Final

from provisioner.engine import lifecycle
from provisioner.engine.notice import notice
from provisioner.engine.probe import ProbeVerdict, Problem
from provisioner.engine.quarantine import Standing, evaluate
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.service import Ladder, QuarantineReason, Thresholds
from provisioner.model.state import Quarantine
from provisioner.ports import Stop, Store
from provisioner.runtime.tally import Tally
from provisioner.runtime.vigil import Vigil

STOPPED: Final = "Stopped"
SILENT: Final = "Silent"


@frozen
class Illness:
    """What is wrong: a quarantine reason of E92, or one of the two that are no quarantine."""

    reason: str
    message: str
    held: str = ""

    @property
    def quarantines(self) -> bool:
        """Whether the job is quarantined for it."""
        return self.reason not in (STOPPED, SILENT)


def seen_by_probe(verdict: ProbeVerdict) -> Illness | None:
    """Credentials refused, or no SCIM: quarantine at once (E91). Silence or 5xx is left to the objects."""
    if verdict.error is None or verdict.problem is Problem.UNAVAILABLE:
        return None
    return Illness(QuarantineReason.EXCEPTION.value, verdict.error.reason)


def seen_on_the_way(stop: Stop, vigil: Vigil) -> Illness | None:
    """Whether the cycle must end before its next object, and why."""
    if stop.requested:
        return Illness(STOPPED, "Stopped after the object in hand; the next cycle goes on from here")
    if vigil.locked_out:
        return Illness(QuarantineReason.EXCEPTION.value, f"The target refuses the credentials: {vigil.last}")
    if vigil.silent:
        return Illness(SILENT, f"The target does not answer: {vigil.last}")
    return None


def seen_at_the_end(store: Store, tally: Tally, thresholds: Thresholds) -> Illness | None:
    """Whether too many objects fail: those in escrow, and those that left it because their last attempt failed too.

    The failures of one cycle do not tell: they may be retries, of which all may fail.
    """
    failing = {(escrow.kind, escrow.source_id): escrow.reference for escrow in store.escrows()} | tally.without_escrow
    if not failing:
        return None
    unlinked = sum(store.link(kind, source_id) is None for kind, source_id in failing)
    references = sum(failing.values())
    standing = Standing(sum(store.counts().values()) + unlinked, len(failing) - references, references)
    breach = evaluate(standing, thresholds)
    return Illness(breach.reason.value, breach.message) if breach is not None else None


def fold_health(
    job: Job, store: Store, illness: Illness | None, tally: Tally, pace: Ladder, now: datetime
) -> Quarantine | None:
    """A quarantine begins or goes on with an illness that warrants one, and a completed cycle lifts it (E92).

    That somebody is to be told is committed with it: a crash before the mail is sent does not lose the mail (E95).

    :param now: when the cycle began; the times of the next attempts count from it.
    """
    before = store.health()
    if illness is None:
        after = lifecycle.succeed(before)
    elif illness.quarantines:
        after = lifecycle.fall_ill(before, illness.reason, illness.message, ladder=pace, now=now, held=illness.held)
    else:
        after = before
    if after != before:
        store.save_health(after, notice(job, before, after, now, tally.failures))
    return after.quarantine
