"""Watches the answers for signs that it is the target that is ill and not the objects (E91, F11, F24)."""

from dataclasses import dataclass

from provisioner.engine import trouble
from provisioner.model.answer import Answer, Refused, Unknown
from provisioner.model.frozen import frozen
from provisioner.model.question import Question
from provisioner.model.service import Patience
from provisioner.ports import Target


@dataclass(slots=True)
class Vigil:
    """Counts answers in a row that are no answers, over all the targets of a job."""

    patience: Patience
    silences: int = 0
    refusals: int = 0
    last: str = ""

    def over(self, target: Target) -> "Watched":
        """The same target, watched."""
        return Watched(target, self)

    def see(self, answer: Answer) -> None:
        """Look at what kind of answer came."""
        fault = answer.fault if isinstance(answer, (Refused, Unknown)) else None
        self.silences = self.silences + 1 if fault is not None and trouble.is_silence(fault) else 0
        self.refusals = self.refusals + 1 if fault is not None and trouble.is_credential_failure(fault) else 0
        self.last = fault.detail if fault is not None else ""

    @property
    def silent(self) -> bool:
        """Whether the target is down: it is not the objects that fail."""
        return self.silences >= self.patience.silences

    @property
    def locked_out(self) -> bool:
        """Whether the target refuses the credentials."""
        return self.refusals >= self.patience.refusals


@frozen
class Watched:
    """A Target whose answers a Vigil sees in passing."""

    target: Target
    vigil: Vigil

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        """Ask, and let the vigil see the answer."""
        answer = await self.target.ask(question)
        self.vigil.see(answer)
        return answer
