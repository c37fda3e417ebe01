"""A recording under pseudonyms: everything that went into the run is translated, and the run played again on it.

So the requests are what this program sends for the pseudonymised people, not a translation of what it sent for the real
ones; and what comes out is known to replay, whatever the mappings make of names.
"""

from dataclasses import replace
from itertools import chain
from pathlib import Path

from provisioner.adapters.cassette import Recording, RecordingWriter, read_recording
from provisioner.adapters.ids import SystemIds
from provisioner.adapters.snapshot.entries import entries_of, write_entries
from provisioner.engine.mapping import Desired
from provisioner.engine.pseudonyms import STRUCTURE, Pseudonyms, words_of
from provisioner.engine.replaying import Divergence, Script
from provisioner.engine.translating import Translator
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Unrecorded
from provisioner.model.recording import Topic
from provisioner.runtime.preparation import Preparation
from provisioner.wiring.replaying import play, prepared


async def pseudonymise(real: Recording, folder: Path) -> None:
    """Write a recording anew under pseudonyms, into a folder that is new or empty.

    :raises Unrecorded: when the run comes out differently: its mappings or filters depend on how people are called.
    """
    translator = _translator(real)
    told = _retell(translator, real, writer := RecordingWriter(folder))
    script = Script.of(told.turns)
    await play(told, script)
    for turn in sorted(script.played, key=lambda turn: turn.number):
        writer.add(turn)
    writer.finish(replace(real.circumstances, pseudonymised=True), real.ending, writer.snapshot.name)
    strayed = script.strayed() or await _replay(folder)
    if strayed is not None:
        writer.discard()
        message = f"the cycle was run, but it comes out differently under pseudonyms ({strayed.topic}: {strayed.text})"
        raise Unrecorded(message, hint="a mapping or a filter depends on how people are called: record without them")


async def _replay(folder: Path) -> Divergence | None:
    """Play what was written, as anybody would."""
    written = read_recording(folder)
    script = Script.of(written.turns)
    await play(written, script)
    return next(chain(script.divergences, script.left()), None)


def _translator(real: Recording) -> Translator:
    """Who knows every name in a recording. The key of the pseudonyms is drawn here and kept nowhere."""
    written = (path.read_text(encoding="utf-8-sig") for path in filter(None, (real.job, real.schema)))
    protected = STRUCTURE.union(*map(words_of, (*written, real.circumstances.url or "")))
    translator = Translator(Pseudonyms(SystemIds().guid().encode(), protected))
    for section, entry in entries_of(real.snapshot):
        translator.learn_entry(section, entry)
    for turn in real.turns:
        translator.learn_turn(turn)
    return translator


def _retell(translator: Translator, real: Recording, writer: RecordingWriter) -> Recording:
    """What the run began with, written under pseudonyms, and the replies it will get."""
    text = translator.names.text
    schema = (real.schema.name, text(real.schema.read_text(encoding="utf-8")).encode()) if real.schema else None
    memory = translator.memory(real.memory)
    writer.begin(text(real.job.read_text(encoding="utf-8")), memory, schema)
    with prepared(real) as before:
        entries = ((section, translator.entry(section, entry)) for section, entry in entries_of(real.snapshot))
        write_entries(writer.snapshot, entries, before.snapshot.summary.generated_at)
        told = replace(real, folder=writer.snapshot.parent, memory=memory, snapshot=writer.snapshot)
        with prepared(told) as after:
            for topic in {turn.topic.object for turn in real.turns}:
                _learn_values(translator, topic, before, after)
    return replace(told, turns=tuple(map(translator.turn, real.turns)))


def _learn_values(translator: Translator, topic: Topic, before: Preparation, after: Preparation) -> None:
    """What the mappings give for an object, before and after; nothing for one that is gone."""
    if topic.kind is None or topic.kind not in before.sides:
        return
    real = _desired(before, topic.kind, topic.source_id)
    told = _desired(after, topic.kind, translator.names.text(topic.source_id))
    if real is not None and told is not None:
        translator.learn_values(topic, real, told)


def _desired(preparation: Preparation, kind: ObjectKind, source_id: str) -> Desired | None:
    side = preparation.sides[kind]
    found = side.find(source_id)
    return preparation.desired(kind, found, side.decide(found)) if found is not None else None
