"""Where a value that turned out wrong only when it was used stands in the job file."""

import tomllib
from functools import reduce
from typing import Any

from provisioner.adapters.places import KeyPath, locate_toml, read_path, read_text
from provisioner.model.errors import JobInvalid


def in_its_file(error: JobInvalid, file: str, path: KeyPath = (), *, value: str | None = None) -> JobInvalid:
    """The error with file, line and column, unless it has them.

    :param path: of what is wrong; otherwise the error's own.
    :param value: what stands there. If something else does, an option replaced it, and the error stays as it is.
    """
    where = path or read_path(error.place.path or "")
    if error.place.file is not None or not where:
        return error
    text = read_text(file, kind=JobInvalid, missing="it was there a moment ago")
    if value is not None and _value_at(tomllib.loads(text), where) != value:
        return error
    return JobInvalid(error.message, place=locate_toml(file, text).place(where), hint=error.hint)


def _value_at(document: Any, path: KeyPath) -> Any:
    return reduce(lambda table, key: table.get(key) if isinstance(table, dict) else None, path, document)
