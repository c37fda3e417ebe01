"""The errors a person meets, and the exit code each ends a command with.

::

    ProvisionerError                      1
      InputError                          2   what you gave us is wrong, and where
        JobInvalid · SnapshotInvalid · ExpressionInvalid · SchemaInvalid · ScenarioInvalid · RecordingInvalid
      RefusedToRun                            we could, and will not
        GuardTripped 4 · Quarantined 5 · LockHeld 6 · StateNewer 7
      StateError                          7   our memory is unsafe
        StateCorrupt · StateFull · LineageMismatch 2
      Undelivered                         3   a notice did not get through
        PartlyDelivered                       not to everybody
      Unrecorded                          3   the cycle was run, and there is no recording of it

Trouble with the target is not here: above the adapters it is an Answer (:mod:`provisioner.model.answer`).
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, TypeVar

from provisioner.model.frozen import frozen

EXIT_CODES: Final[Mapping[int, str]] = {
    0: "done",
    1: "internal error",
    2: "bad usage or input; nothing was sent",
    3: "done, but objects failed",
    4: "stopped by the deletion threshold",
    5: "quarantined",
    6: "another run holds the lock",
    7: "state unusable",
    130: "interrupted, after leaving everything right",
}
"""What a command ends with, whichever it is."""


@frozen
class Place:
    """Where in what people gave us something stands. ``line`` and ``column`` count from 1; ``path`` is a key path."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return " ".join(part for part in (position, self.path) if part)


NOWHERE = Place()


class ProvisionerError(Exception):
    """Anything this program stops for. ``hint`` says what would be right."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, place: Place = NOWHERE, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        where = str(self.place)
        return (f"{where}: " if where else "") + self.message + (f"\n  hint: {self.hint}" if self.hint else "")


class InputError(ProvisionerError):
    """What was given is wrong; nothing was sent. ``also`` holds further findings of the same reading."""

    exit_code = 2

    def __init__(
        self, message: str, *, place: Place = NOWHERE, hint: str = "", also: tuple["InputError", ...] = ()
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.also = also

    def all(self) -> tuple["InputError", ...]:
        """Every finding, this one first."""
        return (self, *self.also)

    def __str__(self) -> str:
        return "\n".join(ProvisionerError.__str__(error) for error in self.all())


InputErrorT = TypeVar("InputErrorT", bound=InputError)


def together(findings: Sequence[InputErrorT]) -> InputErrorT:
    """The first of several findings, with the others in ``also``."""
    first, *others = findings
    return type(first)(first.message, place=first.place, hint=first.hint, also=tuple(others))


class JobInvalid(InputError):
    """The job file does not say what a job file must."""


class SnapshotInvalid(InputError):
    """The directory snapshot is missing, torn, empty or contradicts itself."""


class SchemaInvalid(InputError):
    """The exported synchronization schema cannot be understood."""


class ScenarioInvalid(InputError):
    """A scenario folder lacks something, or contradicts itself."""


class RecordingInvalid(InputError):
    """A recording is incomplete, was changed by hand, or is of a format not known here."""


class ExpressionInvalid(InputError):
    """A mapping expression does not parse, names something unknown, or cannot be evaluated.

    ``expression`` is its whole text and ``offset`` the 0-based position in it, so that a caret can be drawn.
    """

    def __init__(
        self, message: str, *, expression: str = "", offset: int = 0, place: Place = NOWHERE, hint: str = ""
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.expression = expression
        self.offset = offset


class RefusedToRun(ProvisionerError):
    """Running is possible and will not happen now."""


class GuardTripped(RefusedToRun):
    """More accounts would be disabled or deleted than the job's threshold allows (E94)."""

    exit_code = 4


class Quarantined(RefusedToRun):
    """The job is in quarantine and its next attempt is not due (E92)."""

    exit_code = 5


class LockHeld(RefusedToRun):
    """Another run works on the same state."""

    exit_code = 6


class StateNewer(RefusedToRun):
    """The state was written by a later version of this program."""

    exit_code = 7


class StateError(ProvisionerError):
    """Our memory cannot be trusted or written; the target is left alone."""

    exit_code = 7


class StateCorrupt(StateError):
    """The state file fails its own integrity check."""


class StateFull(StateError):
    """The state cannot grow: the disk or its quota is full."""


class LineageMismatch(StateError):
    """The state belongs to another job: nothing is wrong with it, but with the two being named together."""

    exit_code = 2


class Undelivered(ProvisionerError):
    """A notice did not get through. It stops nothing but the command that was to send it (E95)."""

    exit_code = 3


class PartlyDelivered(Undelivered):
    """Some were told and some cannot be: to say it again would tell the same ones again."""


class Unrecorded(ProvisionerError):
    """The cycle was run and its recording could not be made whole. State and target are as after any cycle."""

    exit_code = 3
