"""Listens to what a job says to its target, and to the answers."""

from provisioner.model.answer import Answer
from provisioner.model.frozen import frozen
from provisioner.model.question import Question
from provisioner.model.scenario import Heard
from provisioner.ports import Target


@frozen
class Overheard:
    """A Target whose conversation is written down, in the order of the questions."""

    target: Target
    heard: list[Heard]

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        """Ask, and write down what was asked and answered."""
        heard = Heard(question)
        self.heard.append(heard)
        heard.answer = await self.target.ask(question)
        return heard.answer
