"""Chance that repeats itself: the same seed, the same directory."""

import hashlib
import random
from typing import Final

_VARIANT: Final = "89ab"


class Chance(random.Random):
    """Draws that depend on nothing but what they are named after."""

    def __init__(self, *names: object) -> None:
        super().__init__("/".join(map(str, names)))

    def happens(self, probability: float) -> bool:
        """True in so many cases of one."""
        return self.random() < probability

    def number(self, text: str) -> str:
        """The text with digits in place of the ``#`` at its end."""
        prefix = text.rstrip("#")
        width = len(text) - len(prefix)
        return f"{prefix}{int(self.random() * 10**width):0{width}d}"


def guid(seed: int, kind: str, number: int) -> str:
    """The id of the n-th object of a kind: computed, so that nobody has to remember a million of them."""
    digits = hashlib.blake2b(f"{seed}/{kind}/{number}".encode(), digest_size=16).hexdigest()
    variant = _VARIANT[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
