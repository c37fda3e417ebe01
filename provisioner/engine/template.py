"""A JSON value with gaps: made once, filled for every object of the same shape."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from provisioner.model.frozen import frozen

Fill: TypeAlias = Callable[[Sequence[Any]], Any]


class GapRead(Exception):
    """What is made of the value hangs on what the value is: there can be no template."""


@frozen
class Gap:
    """Where the value of this number goes. It may be put anywhere, and not be looked at."""

    number: int

    def __str__(self) -> str:
        raise GapRead


def template(part: Any) -> Fill:
    """What makes the value from a list of what goes into its gaps. What has no gap in it is shared, not copied."""
    if isinstance(part, Gap):
        return itemgetter(part.number)
    if isinstance(part, dict) and part:
        members = [(name, template(value)) for name, value in part.items()]
        return lambda values: {name: fill(values) for name, fill in members}
    if isinstance(part, list) and part:
        items = [template(item) for item in part]
        return lambda values: [fill(values) for fill in items]
    return lambda _: part
