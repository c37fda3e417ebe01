"""Writes a recording: a conversation grows as it goes on, the index comes last."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

from provisioner.adapters.cassette.index import (
    INDEX,
    JOB,
    MEMORY,
    SNAPSHOT,
    Index,
    Kept,
    cassette_of,
    digest_of,
    files_below,
    write_json,
)
from provisioner.engine.cassette import text_of_turn, title_of
from provisioner.engine.replaying import NoResponse, Turn
from provisioner.engine.reply import Response, TransportFault
from provisioner.engine.wire import WireRequest
from provisioner.model.errors import InputError, Place, Unrecorded
from provisioner.model.recording import FORMAT, Circumstances, Ending, Memory, Topic

ATTRIBUTES: Final = ".gitattributes"
AS_THEY_ARE: Final = b"* -text\n"
"""Git is not to write other line ends into files whose digests are known."""


def check_free(folder: Path) -> None:
    """Refuse a folder with something in it: two recordings in one would be none. Raises InputError."""
    if folder.exists() and not folder.is_dir():
        raise InputError("this is a file", place=Place(str(folder)), hint="name a new folder for the recording")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError("the folder is not empty", place=Place(str(folder)), hint="name a new folder, or empty it")


class RecordingWriter:
    """One recording while it is made.

    What it is told holds no header of a request, so no token can reach a file. It stops writing at its first failure
    and says so at the end: a cycle that has begun is not to fail for its recording.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = 0
        self._topics: dict[str, Topic] = {}
        self._editable = [JOB]
        self._failure: OSError | None = None

    @property
    def snapshot(self) -> Path:
        """Where the snapshot's files belong."""
        return self._folder / SNAPSHOT

    def begin(self, job: str, memory: Memory, schema: tuple[str, bytes] | None = None) -> None:
        """Keep what a run begins with: the text of its job, its memory, and the schema its job names.

        :raises InputError: when the folder cannot be written.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / ATTRIBUTES).write_bytes(AS_THEY_ARE)
            (self._folder / JOB).write_text(job, encoding="utf-8", newline="")
            if schema is not None:
                (self._folder / schema[0]).write_bytes(schema[1])
                self._editable.append(schema[0])
            write_json(self._folder / MEMORY, memory)
            self.snapshot.mkdir(mode=0o700)
        except OSError as error:
            message = f"the recording cannot be written: {error.strerror}"
            raise InputError(message, place=Place(str(self._folder)), hint="name a folder that can be made") from error

    def hear(self, topic: Topic, request: WireRequest, reply: Response | TransportFault, at: datetime) -> None:
        """One request and what came back, at a time."""
        heard = NoResponse(reply.kind, reply.detail, reply.status) if isinstance(reply, TransportFault) else reply
        self.add(Turn(self._turns + 1, topic, request, heard, at))

    def add(self, turn: Turn) -> None:
        """One turn of a conversation."""
        self._turns += 1
        if self._failure is not None:
            return
        try:
            self._append(turn)
        except OSError as error:
            self._failure = error

    def _append(self, turn: Turn) -> None:
        name = cassette_of(turn.topic)
        path = self._folder / name
        new = name not in self._topics
        if new:
            self._topics[name] = turn.topic.object
            path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write((title_of(turn.topic) if new else "") + text_of_turn(turn))

    def discard(self) -> None:
        """Nothing was sent: leave the folder as it was found, free for another recording."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def finish(self, circumstances: Circumstances, ending: Ending, snapshot: str) -> None:
        """The run came to its end: write the index.

        :raises Unrecorded: when something could not be written, now or before.
        """
        try:
            if self._failure is not None:
                raise self._failure
            files = tuple(map(self._kept, files_below(self._folder)))
            index = Index(FORMAT, circumstances, ending, snapshot, files)
            write_json(self._folder / INDEX, index.sealed())
        except OSError as error:
            message = f"the cycle was run, but its recording could not be written: {error.strerror}"
            hint = "free space for the next recording; this folder cannot be replayed"
            raise Unrecorded(message, place=Place(error.filename or str(self._folder)), hint=hint) from error

    def _kept(self, name: str) -> Kept:
        return Kept(name, digest_of(self._folder / name), self._topics.get(name), name in self._editable)
