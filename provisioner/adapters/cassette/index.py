"""``recording.json``: what a recording consists of, with a digest of every file. It is written last.

A folder without it is of a run that did not come to its end.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import orjson
from pydantic import TypeAdapter, ValidationError

from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Place, RecordingInvalid
from provisioner.model.frozen import frozen
from provisioner.model.recording import FORMAT, Circumstances, Ending, Topic

INDEX: Final = "recording.json"
JOB: Final = "job.toml"
MEMORY: Final = "memory.json"
SNAPSHOT: Final = "snapshot"
ANEW: Final = "record anew, into an empty folder"

LONGEST_NAME: Final = 120
"""Characters of a file name made of an id; file systems take 255 bytes."""

_FOLDERS: Final = {ObjectKind.USER: "users", ObjectKind.GROUP: "groups"}
Value = TypeVar("Value")


@frozen
class Kept:
    """One file of a recording. ``topic`` is set for a conversation; ``editable`` marks what may be changed by hand."""

    path: str
    sha256: str
    topic: Topic | None = None
    editable: bool = False


@frozen
class Index:
    """What ``recording.json`` says."""

    format: int
    circumstances: Circumstances
    ending: Ending
    snapshot: str
    files: tuple[Kept, ...]
    seal: str = ""

    def sealed(self) -> "Index":
        """With a digest of everything else in it."""
        return replace(self, seal=sha256(orjson.dumps(replace(self, seal=""))).hexdigest())


def cassette_of(topic: Topic) -> str:
    """The file of an object's conversation, below the recording's folder."""
    if topic.kind is None:
        return "endpoint.http"
    name = quote(topic.source_id, safe="@ ")
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME]}~{sha256(topic.source_id.encode(errors='surrogatepass')).hexdigest()[:16]}"
    return f"{_FOLDERS[topic.kind]}/{name}.http"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write a document whole, or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    draft.replace(path)


def read_json(path: Path, kind: type[Value]) -> Value:
    """Read a document. Raises RecordingInvalid."""
    try:
        return TypeAdapter(kind).validate_python(orjson.loads(path.read_bytes()))
    except orjson.JSONDecodeError as error:
        place = Place(str(path), error.lineno, error.colno)
        raise RecordingInvalid("the file is cut, or is no JSON", place=place, hint=ANEW) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RecordingInvalid(str(first["msg"]), place=Place(str(path), path=where), hint=ANEW) from error


def read_index(folder: Path) -> Index:
    """What a recording consists of. Raises RecordingInvalid."""
    path = folder / INDEX
    if not path.is_file():
        raise _absent(folder)
    _check_format(path)
    index = read_json(path, Index)
    if index.sealed().seal != index.seal:
        raise RecordingInvalid("the file was edited by hand: its seal does not fit", place=Place(str(path)), hint=ANEW)
    return index


def _absent(folder: Path) -> RecordingInvalid:
    place = Place(str(folder))
    if any(path.is_file() for name in ("", *_FOLDERS.values()) for path in (folder / name).glob("*.http")):
        message = f"the run that was recorded here did not come to its end: there is no {INDEX}"
        return RecordingInvalid(message, place=place, hint="empty the folder and record the next run")
    hint = "name a folder that provisioner run JOB --record DIR has written"
    return RecordingInvalid(f"this is no recording: there is no {INDEX}", place=place, hint=hint)


def _check_format(path: Path) -> None:
    """Look at the format alone first: of a later one nothing else can be expected to fit."""
    said = read_json(path, dict[str, Any]).get("format")
    if isinstance(said, int) and not 1 <= said <= FORMAT:
        place = Place(str(path), path="format")
        message = f"format {said} is not known here; this version reads up to format {FORMAT}"
        raise RecordingInvalid(message, place=place, hint="update this program, or record anew with it")


def files_below(folder: Path) -> Iterator[str]:
    """Every file below a folder, by its path in it."""
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
