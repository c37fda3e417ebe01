"""The decorator of every value: a dataclass that nothing changes once it is made."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[Made], /) -> type[Made]:
    """Make a class a value: fields in slots, compared and hashed by them.

    That nobody assigns to a field is for the type checker to see, who looks at every line. Python's own frozen
    dataclasses see to it at run time, at five times the cost of making one; a population makes dozens a person.
    """
    made: type[Made] = dataclass(slots=True, unsafe_hash=True)(cls)
    return made
