"""What passed over the wire as readable text that is the same on every day: ids and dates by their names."""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from tests.targets.relay import Passed

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A random guid; those of the directory in these tests are not random."""

MOMENT = re.compile(r"Date:[^,]+, ActivityId:\S+")


class Names:
    """The names of what a server made or showed, by the id it gave."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, passed: Passed) -> None:
        """Take ids from an answer: the resource itself, or a list of them."""
        body = _json(passed.answer)
        for resource in body.get("Resources") or [body]:
            if isinstance(resource, dict) and "id" in resource and resource["id"] not in self._names:
                self._names[str(resource["id"])] = self._free(_name(resource))

    def of(self, text: str) -> str:
        """The text with names for ids, and without random guids."""
        for given, name in self._names.items():
            text = text.replace(given, f"{{{name}}}")
        return GUID.sub("{guid}", text)

    def _free(self, name: str) -> str:
        taken = set(self._names.values())
        numbered = (name, *(f"{name} {number}" for number in range(2, 99)))
        return next(free for free in numbered if free not in taken)


def _name(resource: dict[str, Any]) -> str:
    return str(resource.get("userName") or resource.get("displayName")).split("@")[0]


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def told(passed: Sequence[Passed], names: Names, path: str) -> str:
    """Requests and the statuses of their answers. Members of one group go several at a time, so they are sorted.

    :param path: the path of the tenant URL, which is left out.
    """
    for each in passed:
        names.learn(each)
    texts = []
    for is_member, run in groupby(passed, key=_changes_member):
        told_one_by_one = [_told(each, names, path) for each in run]
        texts += sorted(told_one_by_one) if is_member else told_one_by_one
    return "\n".join(texts)


def headers(passed: Iterable[Passed], *methods: str) -> set[str]:
    """The different header blocks of requests of these methods, without the body's length."""
    return {
        "\n".join(
            f"{name}: {MOMENT.sub('Date:{now}, ActivityId:{guid}', value)}"
            for name, value in each.headers
            if name not in ("Host", "Content-Length")
        )
        for each in passed
        if each.method in methods
    }


def _changes_member(passed: Passed) -> bool:
    return passed.method == "PATCH" and b'"path":"members' in passed.body


def _told(passed: Passed, names: Names, path: str) -> str:
    request = f"{passed.method} {passed.target.removeprefix(path)}"
    body = passed.body.decode()
    lines = [names.of(request), *([names.of(body)] if body else []), f"# {passed.status}{_reason(passed)}"]
    return "\n".join(lines) + "\n"


def _reason(passed: Passed) -> str:
    return f" {_json(passed.answer).get('scimType', '')}".rstrip() if passed.status >= 400 else ""
