"""What a target's ids are called in a transcript: by name, because every server, and every run, makes its own."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from provisioner.model.answer import Answer, Done, Found
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Question

PLACEHOLDER: Final = "{%s}"


class Names:
    """The names of ids: what an account was called when it was first met; another account of that name gets a number.

    A value is taken for an id when it is one as a whole, or stands in quotes within a path (E72). ``met`` are the ids
    of all accounts that answers told of.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self.met: dict[str, ObjectKind] = {}

    def learn(self, id: str, name: str) -> None:
        """Name an id, unless it has a name."""
        if id and name and id not in self._names:
            self._names[id] = self._free(name)

    def learn_from(self, question: Question, answer: Answer) -> None:
        """Name what an answer tells of."""
        for met, name in _met(question, answer):
            self.learn(met, name)
            self.met.setdefault(met, question.kind)

    def of(self, text: str) -> str:
        """A text with names for ids."""
        if (name := self._names.get(text)) is not None:
            return PLACEHOLDER % name
        if '"' not in text:
            return text
        parts = text.split('"')
        return '"'.join(self.of(part) if number % 2 else part for number, part in enumerate(parts))

    def in_target(self, target: str) -> str:
        """A request target with names for the ids among its path's segments."""
        path, mark, query = target.partition("?")
        return "/".join(self._segment(segment) for segment in path.split("/")) + mark + query

    def within(self, value: Any) -> Any:
        """A JSON value with names for ids."""
        if isinstance(value, Mapping):
            return {name: self.within(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.within(part) for part in value]
        return self.of(value) if isinstance(value, str) else value

    def _segment(self, segment: str) -> str:
        name = self._names.get(unquote(segment))
        return segment if name is None else PLACEHOLDER % name

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{name} {number}"
        self._taken.add(free)
        return free


def name_of(resource: Mapping[str, Any]) -> str:
    """What a user or a group is called."""
    return str(resource.get("userName") or resource.get("displayName") or "")


def _met(question: Question, answer: Answer) -> Iterator[tuple[str, str]]:
    if isinstance(question, Create) and isinstance(answer, Done):
        yield answer.id, name_of(question.body)
    elif isinstance(answer, Found):
        for resource in answer.resources:
            yield str(resource.get("id", "")), name_of(resource)
