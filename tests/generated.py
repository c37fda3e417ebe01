"""What is written in files although the code says it too: made from the code here, and accepted with ACCEPT=1."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from provisioner.adapters.job_toml.written import WrittenJob
from provisioner.adapters.scenario.written import WrittenTimeline
from provisioner.engine.expression import FUNCTIONS
from provisioner.model.errors import EXIT_CODES
from provisioner.model.fidelity import Fidelity, describe
from provisioner.sandbox import FAULTS


class _Schema(GenerateJsonSchema):
    """Defaults as people write them."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, BaseModel):
            return {}
        if isinstance(dft, timedelta):
            minutes = int(dft.total_seconds() // 60)
            return f"{dft.days}d" if dft.days else f"{minutes}m" if minutes else f"{dft.seconds}s"
        return super().encode_default(dft)


def job_schema() -> dict[str, Any]:
    """The JSON Schema of a job file; the settings of [fidelity] with their choices and facts."""
    made = _schema(WrittenJob, "A job of provisioner", "config/scim.toml explains every key.")
    allowed = {setting.name: list(get_args(setting.type)) for setting in fields(Fidelity)}
    defaults = Fidelity()
    made["properties"]["fidelity"] = {
        "type": "object",
        "description": "Behaviour for which the evidence is thin, one key a fact.",
        "additionalProperties": False,
        "properties": {
            name: {"enum": allowed[name], "default": getattr(defaults, name), "description": f"{told} ({fact})"}
            for name, fact, _, told in describe()
            if name in allowed
        },
    }
    return made


def timeline_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario's timeline.toml."""
    return _schema(WrittenTimeline, "The timeline of a scenario", "provisioner scenario new DIR explains every key.")


def _schema(model: type[BaseModel], title: str, description: str) -> dict[str, Any]:
    made = model.model_json_schema(schema_generator=_Schema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, "description": description}
    return {**head, **{key: value for key, value in made.items() if key not in head}}


def fidelity_table() -> Iterable[Sequence[object]]:
    """Every thin fact with its choices, the default in bold."""
    allowed = {setting.name: get_args(setting.type) for setting in fields(Fidelity)}
    defaults = Fidelity()
    yield "setting", "values", "fact", "evidence", "what it decides"
    for name, fact, evidence, told in describe():
        default = getattr(defaults, name, "")
        values = ", ".join(f"**{value}**" if value == default else str(value) for value in allowed.get(name, ()))
        yield f"`{name}`", values or "see scim.toml", fact, evidence, told


def function_table() -> Iterable[Sequence[object]]:
    """Every function of mapping expressions."""
    yield "function", "what it gives"
    for function in FUNCTIONS.values():
        yield f"`{function.signature}`", function.help


def fault_table() -> Iterable[Sequence[object]]:
    """Every way in which the sandbox can misbehave."""
    yield "fault", "what the sandbox then does"
    for name, spec in FAULTS.items():
        yield f"`{spec.usage(name)}`", spec.description


def exit_code_table() -> Iterable[Sequence[object]]:
    """Every exit code."""
    yield "code", "meaning"
    yield from EXIT_CODES.items()


def markdown(rows: Iterable[Sequence[object]]) -> str:
    """A table; what would end a cell or begin markup is escaped."""
    head, *body = [[str(cell).replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in rows]
    lines = (f"| {' | '.join(row)} |" for row in body)
    return "\n".join((f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines)) + "\n"


def as_text(document: dict[str, Any]) -> str:
    """A JSON document as it is kept."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def kept(path: Path, made: str, *, begin: str = "", end: str = "") -> str:
    """What stands in a file between two markers, or all of it; with ACCEPT=1 what is made is put there first."""
    text = path.read_text() if path.exists() else ""
    head, marker, rest = text.partition(begin) if begin else ("", "", text)
    body, closing, tail = rest.partition(end) if end else (rest, "", "")
    if os.environ.get("ACCEPT"):
        path.write_text(head + marker + made + closing + tail)
        return made
    return body
