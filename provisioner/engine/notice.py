"""Who looks after a job hears once that it is quarantined, and again only if the reason changes (E92, E95)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from shlex import quote
from typing import Final

from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.model.report import Failure
from provisioner.model.service import QuarantineReason as Reason
from provisioner.model.state import Health, Quarantine

_REPAIR_OBJECTS: Final = (
    "Look at what the failures have in common and repair it, in the application or in the directory:",
    "provisioner logs {file} --status failure",
    "Then try the job again:",
    "provisioner run {file} --anyway",
)
_REMEDY: Final[Mapping[str, tuple[str, ...]]] = {
    Reason.EXCEPTION: (
        "Check the tenant URL and the secret token:",
        "provisioner test-connection {file}",
        "Then try the job again:",
        "provisioner run {file} --anyway",
    ),
    Reason.ESCROW_PROPORTION: _REPAIR_OBJECTS,
    Reason.BASE_ESCROW: _REPAIR_OBJECTS,
    Reason.TOTAL_ESCROW: _REPAIR_OBJECTS,
    Reason.TOO_MANY_DELETES: (
        "Look at who would be disabled or deleted; nothing of it was done:",
        "provisioner plan {file}",
        "If it is meant, allow it:",
        "provisioner restart {file} --reset force-deletes",
        "If not, correct the directory or the scope, and start anew:",
        "provisioner restart {file}",
    ),
}
_LOOK: Final = ("Look at the job:", "provisioner status {file}")

LISTED: Final = 5
"""How many kinds of failure a notice lists; whoever wants all of them reads the log."""

LONGEST: Final = 500
"""Characters a notice repeats of what a target said."""


def wanted(job: Job) -> bool:
    """Whether anybody wants to hear of failures (E95)."""
    return job.notification.on_failure and bool(job.notification.to)


def notice(job: Job, before: Health, after: Health, at: datetime, failures: Sequence[Failure] = ()) -> Notice | None:
    """What is to be said when a cycle changes a job's health, or None.

    :param at: when it ended.
    :param failures: the failures of that cycle.
    """
    ill, was = after.quarantine, before.quarantine
    if not wanted(job) or ill is None or (was is not None and was.reason == ill.reason):
        return None
    happened = "is in quarantine" if was is None else "is still in quarantine, for another reason"
    return _quarantined(job, ill, happened, at, failures)


def present(job: Job, health: Health, now: datetime) -> Notice:
    """What the job's present health gives reason to say; of a healthy job, that this is a trial."""
    if health.quarantine is not None:
        return _quarantined(job, health.quarantine, "is in quarantine", now)
    text = f"The provisioning job {job.name} is not in quarantine. This mail was sent to try its notification out.\n"
    return Notice(f"Provisioning job {job.name}: a trial of its notification", text, now, _key(job, "trial", now))


def _quarantined(job: Job, ill: Quarantine, happened: str, at: datetime, failures: Sequence[Failure] = ()) -> Notice:
    return Notice(
        subject=f"Provisioning job {job.name} {happened}: {ill.reason}",
        text="\n".join(_lines(job, ill, happened, failures)) + "\n",
        at=at,
        key=_key(job, ill.reason, at),
    )


def _lines(job: Job, ill: Quarantine, happened: str, failures: Sequence[Failure]) -> Iterator[str]:
    yield f"The provisioning job {job.name} {happened}."
    yield ""
    yield f"Reason:        {ill.reason}"
    yield f"What happened: {_plain(ill.message)}"
    yield f"Since:         {_time(ill.since)}"
    yield f"Next attempt:  {_time(ill.next_attempt)}"
    yield f"Application:   {_plain(job.target.url)}"
    yield ""
    if failures:
        yield "Failures of this cycle:"
        for code, count in Counter(failure.error.code for failure in failures).most_common(LISTED):
            yield f"  {count} x {code}"
        yield ""
    for line in _REMEDY.get(ill.reason, _LOOK):
        yield f"  {line.format(file=quote(job.file))}" if line.startswith("provisioner ") else line
    yield ""
    yield "In quarantine a job is tried less and less, down to once a day; after four weeks it is disabled."


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _plain(text: str) -> str:
    """What came from elsewhere, without anything that could pass for a line of ours (F33)."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST])
    return shown + ("…" if len(text) > LONGEST else "")


def _key(job: Job, occasion: str, at: datetime) -> str:
    return f"{job.name}.{occasion}.{at:%Y%m%dT%H%M%SZ}"
