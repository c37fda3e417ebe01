"""Exported schemas: what is to be said about them, and their way to a job and back."""

from typing import Any

from provisioner.adapters.job_toml.units import job_name
from provisioner.adapters.schema_graph import check_schema, load_schema, to_schema, to_toml
from provisioner.model.errors import InputError
from provisioner.wiring.options import Options, job_of


def schema_findings(path: str) -> list[dict[str, Any]]:
    """What there is to say about an exported schema."""
    return [
        {
            "severity": finding.severity.value,
            "file": finding.place.file,
            "line": finding.place.line,
            "column": finding.place.column,
            "path": finding.path,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in check_schema(path)
    ]


def job_text_of_schema(path: str, name: str) -> str:
    """An exported schema as a job file. Raises SchemaInvalid, and InputError when no job can have the name."""
    try:
        return to_toml(load_schema(path), name=job_name(name) if name else "")
    except ValueError as error:
        hint = "1 to 63 lower-case letters, digits and hyphens"
        raise InputError(f"--name {name}: {error}", hint=hint) from error


def schema_of_job(path: str) -> dict[str, Any]:
    """A job's rules as an exported schema; of an exported schema, itself with all that is in it."""
    return load_schema(path).document if path.lower().endswith(".json") else to_schema(job_of(path, Options()))
