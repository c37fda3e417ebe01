"""Test Connection, and the probe that opens every activity (E13-E17): does a SCIM endpoint answer, and let us in?"""

from collections.abc import Generator, Iterator
from enum import StrEnum

from provisioner.engine import trouble
from provisioner.engine.expression.values import Ids
from provisioner.model.answer import Answer, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.job import Job
from provisioner.model.outcome import ErrorInfo
from provisioner.model.question import Find, Question


class Problem(StrEnum):
    """What a failed probe says about the target."""

    CREDENTIALS = "credentials"
    INCOMPATIBLE = "incompatible"
    UNAVAILABLE = "unavailable"


@frozen
class ProbeVerdict:
    """Whether the endpoint passed. ``problem`` and ``error`` are None when it did."""

    problem: Problem | None = None
    error: ErrorInfo | None = None


def probe(kind: ObjectKind, path: str, guid: str, *, plain: bool = False) -> Generator[Question, Answer, ProbeVerdict]:
    """Ask for somebody who cannot exist; a ListResponse with nobody in it is the only right answer.

    :param path: the target path of the first matching attribute.
    :param guid: a random guid, drawn by the caller.
    :param plain: leave ``excludedAttributes=members`` out for groups (E15's setting).
    """
    question = Find(kind, path, guid, probe=True, exclude_members=kind is ObjectKind.GROUP and not plain)
    answer = yield question
    if isinstance(answer, Found):
        if not answer.resources:
            return ProbeVerdict()
        reason = f"The filter {path} eq {guid!r} returned somebody, though nobody can carry a random value."
        return ProbeVerdict(Problem.INCOMPATIBLE, trouble.error(trouble.FILTER_IGNORED, reason, answer.exchange))
    if isinstance(answer, Refused | Unknown):
        return ProbeVerdict(_problem(answer.fault), trouble.diagnose(question, answer))
    return ProbeVerdict(Problem.INCOMPATIBLE, trouble.error(trouble.BUG, "the probe was answered with Done"))


def probes(job: Job, ids: Ids) -> Iterator[Generator[Question, Answer, ProbeVerdict]]:
    """The probes that open every activity: users, and groups when they are mapped (E14, E15)."""
    plain = job.fidelity.group_probe == "plain"
    for rules in (job.users, job.groups):
        if rules is not None:
            yield probe(rules.kind, rules.matching[0].target.text, ids.guid(), plain=plain)


def _problem(fault: Fault) -> Problem:
    if trouble.is_credential_failure(fault):
        return Problem.CREDENTIALS
    if trouble.is_silence(fault) or fault.kind is FaultKind.INTERRUPTED:
        return Problem.UNAVAILABLE
    if fault.kind is FaultKind.STATUS and fault.status is not None and (fault.status >= 500 or fault.status == 429):
        return Problem.UNAVAILABLE
    return Problem.INCOMPATIBLE
