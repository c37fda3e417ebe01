"""What goes into a run, under pseudonyms: the snapshot's entries, the memory, and the replies of the target."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

import orjson

from provisioner.engine.body import Unreadable, decode
from provisioner.engine.mapping import Desired
from provisioner.engine.pseudonyms import PERSONAL, Pseudonyms, Translation, learn_from
from provisioner.engine.replaying import NoResponse, Reply, Turn
from provisioner.model.directory import ObjectKind
from provisioner.model.recording import Memory, Topic

Item = TypeVar("Item")

SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "users": PERSONAL,
    "groups": frozenset({"mail", "mailnickname", "proxyaddresses"}),
    "assignments": frozenset(),
    "appRoles": frozenset(),
}
"""Which attributes of each section of a snapshot name people. What a group is called is no person's name."""

OF_KIND: Final[Mapping[ObjectKind | None, frozenset[str]]] = {
    ObjectKind.USER: PERSONAL,
    ObjectKind.GROUP: frozenset({"display"}),
    None: PERSONAL,
}
"""The same of a reply, by what it is about; in a group it is the members who have a ``display``."""

GENERIC: Final = frozenset({"value", "type", "display"})
"""Last names of paths that many attributes share: that one of them names people says nothing of the others."""


@dataclass(slots=True)
class Translator:
    """Translates one recording; all of it by the same pseudonyms.

    ``values`` holds of each object what its mappings give -> what they give from the pseudonymised source, and
    ``personal`` the attributes where the two differ: they name people, whatever they are called.
    """

    names: Pseudonyms
    values: dict[Topic, dict[str, str]] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)

    def learn_entry(self, section: str, entry: Mapping[str, Any]) -> None:
        """The names in an entry of the snapshot."""
        learn_from(self.names, dict(entry), SECTIONS[section])

    def learn_turn(self, turn: Turn) -> None:
        """The names in a reply: the target may know people that the snapshot does not."""
        if not isinstance(turn.reply, NoResponse):
            learn_from(self.names, _content(turn.reply.body), OF_KIND[turn.topic.kind])

    def learn_values(self, topic: Topic, real: Desired, told: Desired) -> None:
        """What the mappings of an object make of the real one and of the one under pseudonyms."""
        values = self.values.setdefault(topic, {})
        for (flowing, value), (_, other) in zip(real.values, told.values, strict=True):
            pairs = dict(_pairs(value, other))
            values.update(pairs)
            last = flowing.mapping.target.sub or flowing.mapping.target.attribute
            if last.casefold() not in GENERIC and any(one != another for one, another in pairs.items()):
                self.personal.add(last.casefold())

    def entry(self, section: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry of the snapshot."""
        told: dict[str, Any] = Translation(self.names, SECTIONS[section]).within(dict(entry))
        return told

    def memory(self, memory: Memory) -> Memory:
        """What the job remembers; digests of values that were sent again and again say nothing any more."""
        text = self.names.text

        def each(items: Iterable[Item], *fields: str) -> tuple[Item, ...]:
            return tuple(_with(item, text, fields) for item in items)

        quarantine = memory.health.quarantine
        ill = _with(quarantine, text, ("message",)) if quarantine is not None else None
        return replace(
            memory,
            health=replace(memory.health, quarantine=ill),
            cycles=each(memory.cycles, "note"),
            seen=each(memory.seen, "source_id"),
            links=each(memory.links, "source_id", "target_id"),
            members=each(memory.members, "group_id", "member_id", "target_id"),
            escrows=each(memory.escrows, "source_id", "reason"),
            references=each(memory.references, "source_id", "reference_id"),
            repeats=(),
            intents=tuple(self._intent(intent) for intent in each(memory.intents, "source_id", "target_id")),
        )

    def turn(self, turn: Turn) -> Turn:
        """A turn with its reply translated; its request is what the run under pseudonyms will send."""
        topic = turn.topic
        about = Topic(topic.kind, self.names.text(topic.source_id), self.names.text(topic.member))
        return replace(turn, topic=about, reply=self._reply(turn.reply, self._translation(topic.object)))

    def _translation(self, topic: Topic) -> Translation:
        personal = OF_KIND[topic.kind] | (self.personal if topic.kind is ObjectKind.USER else frozenset())
        return Translation(self.names, personal, self.values.get(topic, {}))

    def _intent(self, intent: Any) -> Any:
        translation = self._translation(Topic(intent.kind, intent.source_id))
        return replace(intent, match_value=translation.text(intent.match_value, "userName"))

    def _reply(self, reply: Reply, translation: Translation) -> Reply:
        if isinstance(reply, NoResponse):
            return replace(reply, detail=translation.prose(reply.detail))
        headers = {
            name: translation.prose(value) if name == "location" else value for name, value in reply.headers.items()
        }
        return replace(reply, headers=headers, body=_body(reply.body, translation))


def _with(item: Item, text: Callable[[str], str], fields: Iterable[str]) -> Item:
    return replace(item, **{name: text(getattr(item, name)) for name in fields})  # type: ignore[type-var]


def _pairs(value: Any, other: Any) -> Iterator[tuple[str, str]]:
    """The texts of two values of one shape, side by side."""
    if isinstance(value, str) and isinstance(other, str):
        yield value, other
    elif isinstance(value, Mapping) and isinstance(other, Mapping):
        for name in value.keys() & other.keys():
            yield from _pairs(value[name], other[name])
    elif isinstance(value, list | tuple) and isinstance(other, list | tuple):
        for one, another in zip(value, other, strict=False):
            yield from _pairs(one, another)


def _content(body: bytes) -> Any:
    """What a body holds; its text when it is no JSON."""
    try:
        return decode(body)
    except Unreadable:
        return body.decode("utf-8", "replace")


def _body(body: bytes, translation: Translation) -> bytes:
    try:
        return orjson.dumps(translation.within(decode(body)))
    except (Unreadable, TypeError):
        return translation.prose(body.decode("utf-8", "replace")).encode()
