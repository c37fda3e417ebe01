"""How long a job waits for a target that is asked too much (429; E10, F10). Pure; times are monotonic seconds."""

from typing import Final

BUDGET: Final = 900.0
"""Seconds a cycle waits in all; a target that wants more is left alone for this cycle. Ours: nothing is published."""

UNSAID: Final = 10.0
"""Seconds to wait when the target does not say how long."""

SHORTEST: Final = 1.0
"""Seconds to wait at least, whatever the target says, so that the budget also bounds the number of requests."""


class Throttle:
    """The pauses of one cycle, shared by all the connections of a job.

    :param budget: seconds to wait in all.
    """

    def __init__(self, budget: float = BUDGET) -> None:
        self._left = budget
        self._until = 0.0
        self._spent = False

    def wait(self, now: float) -> float:
        """Seconds until something may be asked again."""
        return max(0.0, self._until - now)

    def slow_down(self, asked: float | None, now: float) -> bool:
        """Note a 429, with the seconds its Retry-After asks for.

        :returns: whether the pause is within the budget, so that the same question may be asked again after it.
        """
        until = max(self._until, now + max(SHORTEST, UNSAID if asked is None else asked))
        self._left -= until - max(self._until, now)
        self._until = until
        self._spent = self._left < 0
        return not self._spent

    def holds(self, now: float) -> bool:
        """Whether nothing is to be sent: the target still wants a pause, and the budget does not cover it."""
        return self._spent and self.wait(now) > 0
