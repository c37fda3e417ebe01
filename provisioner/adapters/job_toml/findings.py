"""Everything wrong with a file people wrote, gathered and told at once, each with its place and what would be right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Final, NoReturn, get_args

from pydantic import BaseModel, ValidationError

from provisioner.adapters.places import KeyPath, Locator, locate_json, locate_toml, show
from provisioner.model.errors import InputError, JobInvalid, Place
from provisioner.model.frozen import frozen

_EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("a text in quotes", '"..."'),
    "bool_type": ("true or false", "true, without quotes"),
    "int_type": ("a whole number", "1, without quotes"),
    "list_type": ("a list in [ ]", "[ ... ]"),
    "dict_type": ("a table", "{ ... }"),
    "model_type": ("a table", "{ ... }"),
    "model_attributes_type": ("a table", "{ ... }"),
}
"""What is wanted, and how it is written."""


@frozen
class Finding:
    """One thing wrong. ``key`` points at the key rather than at its value."""

    path: KeyPath
    message: str
    hint: str = ""
    key: bool = False
    place: Place | None = None  # when it stands in another file


@dataclass(slots=True)
class Findings:
    """The findings of one file. ``options`` maps a key path to the command line option that replaced it.

    ``kind`` is the error they become. Key paths begin with ``unwritten``, which stands in no line of the file.
    """

    file: str
    text: str = ""
    options: Mapping[KeyPath, str] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    kind: type[InputError] = JobInvalid
    unwritten: KeyPath = ()

    def add(self, path: KeyPath, message: str, hint: str = "", *, key: bool = False) -> None:
        """Note one finding."""
        self.found.append(Finding(path, message, hint, key))

    def add_elsewhere(self, place: Place, message: str, hint: str) -> None:
        """Note one finding in a file the job names."""
        self.found.append(Finding((), message, hint, place=place))

    def add_error(self, path: KeyPath, error: InputError) -> None:
        """Note what another part of the program said of the value at a path."""
        self.add(path, error.message, error.hint)

    def add_shape(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Note every key and type pydantic refused."""
        for problem in error.errors(include_url=False, include_input=False):
            self.found.append(_shape(problem["type"], problem["loc"], problem["msg"], problem.get("ctx", {}), model))

    def stop(self) -> None:
        """Raise what was found, if anything was, in the order of the file.

        :raises InputError: of the ``kind``; the first finding, the others stand in ``also``.
        """
        if self.found:
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raise what was found."""
        locator = (locate_json if self.file.endswith(".json") else locate_toml)(self.file, self.text)
        errors = [
            self.kind(finding.message, place=self._place(finding, locator), hint=finding.hint) for finding in self.found
        ]
        first, *others = sorted(errors, key=lambda error: (error.place.line or 0, error.place.column or 0))
        raise self.kind(first.message, place=first.place, hint=first.hint, also=tuple(others))

    def _place(self, finding: Finding, locator: Locator) -> Place:
        option = self.options.get(finding.path)
        if option:
            return Place(path=option)
        if finding.place is not None:
            return finding.place
        written = locator.place(finding.path[len(self.unwritten) :], key=finding.key)
        return replace(written, path=show(finding.path) or None)


def _shape(kind: str, path: KeyPath, message: str, context: Mapping[str, Any], model: type[BaseModel]) -> Finding:
    """Say in words what pydantic found; the value itself is never repeated, for it may be a secret (F32)."""
    name = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return Finding(path, f"unknown key {name!r}", closest(name, _keys_at(model, path[:-1])), key=True)
    if kind == "missing":
        return Finding(path, f"the key {name!r} is missing", f"add {show(path)} = ...", key=True)
    if kind == "literal_error":
        return Finding(path, f"not one of {context['expected']}", f"{name} takes {context['expected']}")
    if kind in _EXPECTED:
        expected, example = _EXPECTED[kind]
        named = path and isinstance(path[-1], str)
        hint = f"write {name} = {example}" if named else f"write {example}"
        return Finding(path, f"{name if named else 'this'} must be {expected}", hint)
    return Finding(path, message, str(context.get("hint", "")))


def closest(name: str, known: Iterable[str]) -> str:
    """The hint for an unknown name: the closest known one, or all there are."""
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(names)}"


def _keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys of the table at a path, followed through the models' annotations."""
    for part in path:
        if isinstance(part, str):
            field_info = next((f for key, f in model.model_fields.items() if (f.alias or key) == part), None)
            model = _model_in(field_info.annotation if field_info else None) or model
    return [info.alias or key for key, info in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an annotation holds: itself, in a list, or beside None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
