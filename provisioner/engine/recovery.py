"""What became of a create whose answer was never recorded (F01).

The target is asked for the *recorded* matching value, not for what the source says now: the person may have been
renamed, or may have left, since.
"""

from collections.abc import Generator

from provisioner.engine import steps, trouble
from provisioner.engine.diff import same
from provisioner.engine.resource import member, read
from provisioner.model.answer import Answer, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import InputError
from provisioner.model.frozen import frozen
from provisioner.model.outcome import Action, Ending, ErrorInfo, LinkEffect, Outcome, StepType
from provisioner.model.path import parse_path
from provisioner.model.question import Find, Question, Read
from provisioner.model.state import Intent


@frozen
class Recovery:
    """What is known now of an intent.

    ``settled`` is false when the target could not say; the intent then stays. ``outcome`` is None when it never
    happened: the object is simply due again.
    """

    settled: bool
    outcome: Outcome | None = None


def recover(intent: Intent) -> Generator[Question, Answer, Recovery]:
    """Look a recorded create up: one hit is adopted, none means it never happened.

    An object that had an account is looked up only when that one is gone (E31): by its new name it could be a stranger.
    Several are ambiguous: none is picked, and the create stays in doubt until one of them carries the value alone.
    """
    if intent.action is not Action.CREATE or not intent.match_path:
        return Recovery(settled=True)
    if intent.target_id:
        kept = yield Read(intent.kind, intent.target_id, exclude_members=intent.kind is ObjectKind.GROUP)
        if isinstance(kept, Found):
            return Recovery(settled=True)
        if not isinstance(kept, Refused) or kept.fault.status != 404:
            return _unsaid(intent, Read(intent.kind, intent.target_id), kept)
    question = Find(intent.kind, intent.match_path, intent.match_value, exclude_members=intent.kind is ObjectKind.GROUP)
    answer = yield question
    if not isinstance(answer, Found):
        return _unsaid(intent, question, answer)
    hits = _hits(intent, answer)
    if len(hits) == 1:
        return Recovery(settled=True, outcome=_outcome(intent, Ending.CHANGED, target_id=hits[0]))
    if not answer.resources:
        return Recovery(settled=True)
    advice = trouble.DUPLICATE_TARGET if hits else trouble.FILTER_IGNORED
    reason = f"{len(hits)} of {len(answer.resources)} accounts returned carry the value of an interrupted create"
    return Recovery(settled=False, outcome=_outcome(intent, Ending.FAILED, error=trouble.error(advice, reason)))


def _unsaid(intent: Intent, question: Question, answer: Answer) -> Recovery:
    error = trouble.diagnose(question, answer) if isinstance(answer, Refused | Unknown) else None
    return Recovery(settled=False, outcome=_outcome(intent, Ending.FAILED, error=error))


def _hits(intent: Intent, answer: Found) -> list[str]:
    try:
        path = parse_path(intent.match_path)
    except InputError:
        return []
    carrying = (r for r in answer.resources if same(read(r, path), intent.match_value, case_exact=False))
    return sorted({str(member(resource, "id")) for resource in carrying})


def _outcome(intent: Intent, ending: Ending, *, target_id: str = "", error: ErrorInfo | None = None) -> Outcome:
    found = steps.matched(target_id, "Recovered: an interrupted run had created this account") if target_id else None
    failed = steps.failed(error, StepType.MATCHING) if error is not None else None
    return Outcome(
        kind=intent.kind,
        source_id=intent.source_id,
        ending=ending,
        action=intent.action,
        steps=tuple(step for step in (found, failed) if step is not None),
        link=LinkEffect.SET if target_id else LinkEffect.KEEP,
        target_id=target_id,
        error=error,
        name=intent.match_value,
    )
