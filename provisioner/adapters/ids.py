"""Where chance enters: the machine's, or a repeatable one."""

import random
import secrets
import uuid
from typing import Self


class SystemIds:
    """Chance nobody can foresee."""

    def guid(self) -> str:
        """A random guid (RFC 9562 version 4)."""
        return str(uuid.uuid4())

    def randbelow(self, bound: int) -> int:
        """A whole number from 0 to below ``bound``."""
        return secrets.randbelow(bound)

    def stream(self, name: str) -> Self:
        """Unforeseeable chance is independent of itself."""
        return self


class SeededIds:
    """Chance that repeats itself: the same seed and the same calls give the same values (P10). For rehearsals only."""

    def __init__(self, seed: int | str) -> None:
        self._seed = seed
        self._random = random.Random(str(seed))  # noqa: S311 - repeatable is what is asked for

    def guid(self) -> str:
        """A guid of version 4, drawn from the seed."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def randbelow(self, bound: int) -> int:
        """A whole number from 0 to below ``bound``, drawn from the seed."""
        return self._random.randrange(bound)

    def stream(self, name: str) -> "SeededIds":
        """Chance of its own for one name; what was drawn here before does not matter."""
        return SeededIds(f"{self._seed}/{name}")
