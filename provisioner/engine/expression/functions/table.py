"""What a function is: one entry of the table that checker, compiler and documentation read."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from provisioner.engine.expression.nodes import Call
from provisioner.model.frozen import frozen

PAGE: Final = "functions-for-customizing-application-data.md"
ROLES_PAGE: Final = "customize-application-attributes.md#provisioning-a-role-to-a-scim-app"
UNDOCUMENTED: Final = ""
"""Where a function stands that older exports use and no page lists (E112)."""


@frozen
class Parameter:
    """One parameter: required unless ``optional``; the last one may repeat."""

    name: str
    optional: bool = False
    repeats: bool = False


@frozen
class Site:
    """Where a lazy function is called: as it is written, and the setting it may heed (``iif_null``)."""

    call: Call
    iif_null: str = "error"


@frozen
class Function:
    """One function.

    ``apply`` takes the values of its arguments, None for what is left out, and the environment first when ``chance``
    says that it reads time or chance. A ``lazy`` one is given its Site and the arguments' closures instead, once, and
    returns a closure: it evaluates what it needs, or settles beforehand what it can. ``check`` refuses literal
    arguments that cannot be right. ``cost`` is what a call takes of the fuel beside the characters it reads and makes.
    ``page`` is the page that documents it, with an anchor when that is not the function's own.
    """

    name: str
    parameters: tuple[Parameter, ...]
    help: str
    apply: Callable[..., Any]
    lazy: bool = False
    chance: bool = False
    check: Callable[..., None] | None = None
    even: bool = False
    cost: int = 1
    page: str = PAGE

    @property
    def fewest(self) -> int:
        """How many arguments it takes at least."""
        return sum(not parameter.optional for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """How many it takes at most; None when the last repeats."""
        return None if self.parameters and self.parameters[-1].repeats else len(self.parameters)

    @property
    def anchor(self) -> str:
        """Where it is documented; empty when it is not."""
        return f"{PAGE}#{self.name.lower()}" if self.page == PAGE else self.page

    @property
    def signature(self) -> str:
        """How it is called."""
        return f"{self.name}({', '.join(map(_shown, self.parameters))})"


def _shown(parameter: Parameter) -> str:
    name = f"{parameter.name}, ..." if parameter.repeats else parameter.name
    return f"[{name}]" if parameter.optional else name


def function(
    name: str,
    parameters: str,
    help: str,
    apply: Callable[..., Any],
    **more: Any,
) -> Function:
    """An entry from a short form: ``"source, culture?, more*"``; ``?`` marks optional, ``*`` repeating ones."""
    made = tuple(
        Parameter(word.strip("?*"), optional="?" in word, repeats="*" in word)
        for word in parameters.replace(",", " ").split()
    )
    return Function(name, made, help, apply, **more)


def family(*functions: Function) -> Mapping[str, Function]:
    """Functions by name."""
    return {entry.name: entry for entry in functions}
