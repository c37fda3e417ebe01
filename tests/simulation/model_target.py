"""A model of a well-behaved SCIM target: a few lines that can be believed, with faults put in from outside."""

import copy
from collections.abc import Callable
from typing import Any

from provisioner.model.answer import Answer, Done, Fault, FaultKind, Found, Refused
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

Trouble = Callable[[Question, Callable[[], Answer]], Answer]
"""Given a question and what the model would answer: what the client is told. It need not let the model act at all."""


def refused(status: int) -> Refused:
    """An HTTP refusal."""
    return Refused(Fault(FaultKind.STATUS, "", status))


class ModelTarget:
    """Accounts by id, unique by userName (case ignored) or displayName; implements ports.Target."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[ObjectKind, str], dict[str, Any]] = {}
        self.asked: list[Question] = []
        self.trouble: Trouble = lambda _, act: act()
        self._next = 0

    @property
    def requests(self) -> int:
        return len(self.asked)

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        return self.trouble(question, lambda: self._act(question))

    def users(self) -> dict[str, dict[str, Any]]:
        """Users by name; a name that appears twice is a failure of the world."""
        users = [body for (kind, _), body in self.accounts.items() if kind is ObjectKind.USER]
        assert len({user["userName"].lower() for user in users}) == len(users), "a second account"
        return {user["userName"]: user for user in users}

    def _act(self, question: Question) -> Answer:
        match question:
            case Find(kind, path, value):
                found = [b for (k, _), b in self.accounts.items() if k is kind and self._text(b, path) == value.lower()]
                return Found(tuple(copy.deepcopy(found)))
            case Create(kind, body):
                key = "userName" if kind is ObjectKind.USER else "displayName"
                if any(k is kind and self._text(b, key) == body[key].lower() for (k, _), b in self.accounts.items()):
                    return refused(409)
                self._next += 1
                target_id = f"t{self._next}"
                self.accounts[kind, target_id] = {**copy.deepcopy(body), "id": target_id}
                return Done(target_id)
        body = self.accounts.get((question.kind, question.id))
        if body is None:
            return refused(404)
        match question:
            case Read():
                return Found((copy.deepcopy(body),))
            case Remove(kind, target_id):
                del self.accounts[kind, target_id]
            case Modify():
                for operation in question.body["Operations"]:
                    self._apply(body, operation)
        return Done()

    @staticmethod
    def _text(body: dict[str, Any], path: str) -> str:
        return str(body.get(path, "")).lower()

    @classmethod
    def _apply(cls, body: dict[str, Any], operation: dict[str, Any]) -> None:
        """Only what the tests' mappings need, in both dialects: attributes, extension attributes, members."""
        path, value = operation.get("path", ""), operation.get("value")
        if not path:
            for name, each in value.items():
                cls._set(body, name, each)
        elif path.startswith("members"):
            named = [member["value"] for member in value] if value else [path.split('"')[1]]
            kept = [m for m in body.setdefault("members", []) if m["value"] not in named]
            added = [] if operation["op"].lower() == "remove" else [{"value": member} for member in named]
            body["members"] = kept + added
        else:
            cls._set(body, path, value)

    @staticmethod
    def _set(body: dict[str, Any], path: str, value: Any) -> None:
        urn, _, name = path.rpartition(":")
        container = body.setdefault(urn, {}) if urn else body
        container[name] = {"True": True, "False": False}.get(value, value) if isinstance(value, str) else value
