"""What is being talked about with the target, for whoever records: each object's conversation has its own task."""

from contextvars import ContextVar
from typing import Final

from provisioner.model.recording import Topic

_TOPIC: Final[ContextVar[Topic]] = ContextVar("topic", default=Topic())  # noqa: B039  (it is frozen)


def speak_of(topic: Topic) -> None:
    """From here on this task talks about something else."""
    _TOPIC.set(topic)


def spoken_of() -> Topic:
    """What the question in hand is about."""
    return _TOPIC.get()
