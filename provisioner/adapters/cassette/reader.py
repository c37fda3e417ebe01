"""Reads a recording and trusts nothing in it: every file must be there, be listed and be as it was written."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from provisioner.adapters.cassette.index import (
    ANEW,
    INDEX,
    JOB,
    MEMORY,
    Index,
    Kept,
    digest_of,
    files_below,
    read_index,
    read_json,
)
from provisioner.engine.cassette import Illegible, read_cassette
from provisioner.engine.replaying import Turn
from provisioner.model.errors import Place, RecordingInvalid
from provisioner.model.frozen import frozen
from provisioner.model.recording import Circumstances, Ending, Memory, Topic


@frozen
class Recording:
    """A checked recording. ``edited`` names the files that may be changed by hand and were."""

    folder: Path
    circumstances: Circumstances
    ending: Ending
    memory: Memory
    turns: tuple[Turn, ...]
    snapshot: Path
    edited: tuple[str, ...]
    schema: Path | None
    files: dict[Topic, str]

    @property
    def job(self) -> Path:
        """The job's file."""
        return self.folder / JOB


def read_recording(folder: Path) -> Recording:
    """Read and check a recording.

    :raises RecordingInvalid: with every file that is missing, strange, cut or edited.
    """
    try:
        return _read(folder)
    except OSError as error:
        place = Place(error.filename or str(folder))
        message = f"cannot be read: {error.strerror}"
        raise RecordingInvalid(message, place=place, hint="check its permissions") from error


def _read(folder: Path) -> Recording:
    index = read_index(folder)
    findings = [*_strangers(folder, index)]
    turns: list[Turn] = []
    edited: list[str] = []
    for kept in index.files:
        try:
            edited += _check(folder, kept)
            turns += _turns(folder / kept.path, kept.topic) if kept.topic is not None else ()
        except RecordingInvalid as finding:
            findings.append(finding)
    if findings:
        raise RecordingInvalid(
            findings[0].message, place=findings[0].place, hint=findings[0].hint, also=tuple(findings[1:])
        )
    return Recording(
        folder,
        index.circumstances,
        index.ending,
        read_json(folder / MEMORY, Memory),
        tuple(turns),
        folder / index.snapshot,
        tuple(edited),
        next((folder / kept.path for kept in index.files if kept.editable and kept.path != JOB), None),
        {kept.topic: str(folder / kept.path) for kept in index.files if kept.topic is not None},
    )


def _strangers(folder: Path, index: Index) -> Iterator[RecordingInvalid]:
    known = {kept.path for kept in index.files}
    for name in files_below(folder):
        if name not in known and name.endswith(".http"):
            place = Place(str(folder / name))
            yield RecordingInvalid("the file is not of this recording", place=place, hint=f"remove it, or {ANEW}")


def _check(folder: Path, kept: Kept) -> tuple[str, ...]:
    """Refuse a file that is not as it was written, naming the line where that shows. Its name if it may be edited."""
    parts = PurePosixPath(kept.path)
    if parts.is_absolute() or ".." in parts.parts:
        raise RecordingInvalid(f"{kept.path} leaves the folder", place=Place(str(folder / INDEX), path="files"))
    path = folder / kept.path
    if not path.is_file():
        raise RecordingInvalid("the file is missing", place=Place(str(path)), hint=f"put it back, or {ANEW}")
    if digest_of(path) == kept.sha256:
        return ()
    if kept.editable:
        return (kept.path,)
    if kept.topic is not None:
        _turns(path, kept.topic)
    message = "the file was edited by hand, or is cut: its digest is not the one of the recording"
    raise RecordingInvalid(message, place=Place(str(path), _last_line(path)), hint=f"put it back as it was, or {ANEW}")


def _last_line(path: Path) -> int:
    """Where a file ends that was cut between two parts; nothing in it says more."""
    return max(path.read_bytes().count(b"\n"), 1)


def _turns(path: Path, topic: Topic) -> tuple[Turn, ...]:
    try:
        return read_cassette(path.read_text(encoding="utf-8"), topic)
    except Illegible as error:
        place = Place(str(path), error.line)
        raise RecordingInvalid(error.message, place=place, hint=f"put the file back as it was, or {ANEW}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise RecordingInvalid("this is not UTF-8", place=Place(str(path), line), hint=ANEW) from error
