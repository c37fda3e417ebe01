"""What a target may do to one question instead of answering it as it should (F10, F11, F12, F20, F21)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from provisioner.adapters.clock import VirtualClock
from provisioner.model.answer import Answer, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.question import Create, Find, Question
from tests.simulation.model_target import ModelTarget, refused

Act = Callable[[], Answer]
Trouble = Callable[[ModelTarget, Question, Act], Answer]


def _not_done(answer: Answer) -> Trouble:
    return lambda target, question, act: answer


def _done_all_the_same(answer: Answer) -> Trouble:
    def trouble(target: ModelTarget, question: Question, act: Act) -> Answer:
        act()
        return answer

    return trouble


def _conflict(target: ModelTarget, question: Question, act: Act) -> Answer:
    return refused(409) if isinstance(question, Create) else act()


def _filter_ignored(target: ModelTarget, question: Question, act: Act) -> Answer:
    """Everybody there is comes back; the probe is answered properly, or the job would be quarantined (E91)."""
    everybody = [body for (kind, _), body in target.accounts.items() if kind is question.kind]
    return Found(tuple(map(dict, everybody))) if isinstance(question, Find) and not question.probe else act()


def _duplicates(target: ModelTarget, question: Question, act: Act) -> Answer:
    """Whoever is found is found twice."""
    answer = act()
    if isinstance(question, Find) and isinstance(answer, Found):
        return Found((*answer.resources, *({**body, "id": f"copy of {body['id']}"} for body in answer.resources)))
    return answer


_FAILURE = Unknown(Fault(FaultKind.STATUS, "", 500))
_SILENCE = Unknown(Fault(FaultKind.TIMEOUT, ""))

TROUBLES: Final[Mapping[str, Trouble]] = {
    "5xx": _not_done(_FAILURE),
    "5xx, but done": _done_all_the_same(_FAILURE),
    "timeout": _not_done(_SILENCE),
    "timeout, but done": _done_all_the_same(_SILENCE),
    "unreachable": _not_done(Refused(Fault(FaultKind.NOT_SENT, ""))),
    "401": _not_done(refused(401)),
    "409": _conflict,
    "429": _not_done(refused(429)),
    "filter ignored": _filter_ignored,
    "duplicate entries": _duplicates,
}


def troubled(target: ModelTarget, at: Mapping[int, str]) -> Callable[[Question, Act], Answer]:
    """A hook for the target: question number (1 = the next one) -> the name of its trouble; 0 troubles all others."""
    first = len(target.asked)

    def hook(question: Question, act: Act) -> Answer:
        name = at.get(len(target.asked) - first, at.get(0))
        return act() if name is None else TROUBLES[name](target, question, act)

    return hook


def refuses(target: ModelTarget, source_id: str) -> Callable[[Question, Act], Answer]:
    """A hook for the target: whatever names one person, or an account of hers, is refused (P6).

    But for the account of somebody else that is created with her as its manager: who is refused then is not her.
    """

    def hook(question: Question, act: Act) -> Answer:
        if isinstance(question, Create):
            return refused(400) if question.body["externalId"] == source_id else act()
        own = ((target_id, body) for (_, target_id), body in target.accounts.items() if body["externalId"] == source_id)
        names = {source_id, *(name for target_id, body in own for name in (target_id, body.get("userName")))}
        return refused(400) if any(f"'{name}'" in repr(question) for name in names) else act()

    return hook


def throttled(clock: VirtualClock, until: datetime, retry_after: float | None) -> Callable[[Question, Act], Answer]:
    """A hook for the target: 429 to everything up to a moment (F10)."""
    too_many = Refused(Fault(FaultKind.STATUS, "", 429, retry_after=retry_after))
    return lambda question, act: act() if clock.now() >= until else too_many


def well(question: Question, act: Act) -> Answer:
    """A hook that troubles nobody."""
    return act()
