"""Read a job file, check it whole, and give the immutable Job."""

from collections.abc import Mapping as MappingOf
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import ValidationError

from provisioner.adapters.job_toml.findings import Findings, closest
from provisioner.adapters.job_toml.rules import rules_as_written, rules_from_schema
from provisioner.adapters.job_toml.salvage import note_the_rest
from provisioner.adapters.job_toml.settings import limits_of, notification_of, state_of, target_of
from provisioner.adapters.job_toml.written import WrittenJob
from provisioner.adapters.places import KeyPath, parse_toml, read_path, read_text
from provisioner.adapters.schema_graph import Positions, load_schema
from provisioner.adapters.service_constants import service_constants
from provisioner.engine.review import Severity, review, review_scope
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import JobInvalid, Place
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import Job, Rules

_MISSING: Final = "name an existing job file; provisioner init writes one to start from"
_TOML: Final = "texts stand in quotes, tables in [brackets], lists and inline tables end as they began"
_OPTIONS: Final[MappingOf[KeyPath, str]] = {
    ("target", "url"): "--url",
    ("target", "token"): "--token",
    ("source", "snapshot"): "--snapshot",
}


def load_job(path: str, *, url: str | None = None, token: str | None = None, snapshot: str | None = None) -> Job:
    """Read the job file at ``path``; ``url``, ``token`` (a reference) and ``snapshot`` replace the job's.

    Paths in the file are relative to it; paths given here are relative to the working directory.

    :raises JobInvalid: with every finding of this reading, in the order of the file.
    :raises SchemaInvalid: when the exported schema the job names cannot be read.
    """
    text = read_text(path, kind=JobInvalid, missing=_MISSING)
    document = parse_toml(path, text, kind=JobInvalid, hint=_TOML)
    given = {("target", "url"): url, ("target", "token"): _absolute_token(token), ("source", "snapshot"): snapshot}
    replaced = {key: value for key, value in given.items() if value is not None}
    if snapshot is not None:
        replaced["source", "snapshot"] = str(Path(snapshot).absolute())
    for (table, key), value in replaced.items():
        section = document.setdefault(table, {})
        if isinstance(section, dict):
            section[key] = value
    findings = Findings(path, text, {key: _OPTIONS[key] for key in replaced})
    return _job(_written(document, findings), path, findings)


def _absolute_token(token: str | None) -> str | None:
    scheme, _, name = (token or "").partition(":")
    return f"file:{Path(name).absolute()}" if scheme == "file" and name else token


def _written(document: dict[str, Any], findings: Findings) -> WrittenJob:
    try:
        return WrittenJob.model_validate(document)
    except ValidationError as error:
        findings.add_shape(error, WrittenJob)
        note_the_rest(document, findings)
        if isinstance(fidelity := document.get("fidelity"), dict):
            _fidelity(fidelity, findings)
        findings.refuse()


def _job(written: WrittenJob, path: str, findings: Findings) -> Job:
    base = Path(path).absolute().parent
    fidelity = _fidelity(written.fidelity, findings)
    schema = load_schema(str(base / written.schema_file)) if written.schema_file else None
    users, groups = rules_from_schema(written, schema, findings) if schema else rules_as_written(written, findings)
    everybody = written.scope.users == "all"
    warnings = (schema.warnings if schema else ()) + _review((users, groups), findings, everybody=everybody)
    ladders = service_constants().ladders
    if written.limits.escrow not in ladders:
        findings.add(("limits", "escrow"), "unknown escrow ladder", closest(written.limits.escrow, ladders))
    findings.stop()
    return Job(
        name=written.name,
        file=str(Path(path).absolute()),
        snapshot=str(base / written.source.snapshot),
        target=target_of(written.target, base),
        users=users,
        groups=groups,
        scope=written.scope.users,
        skip_out_of_scope_deletions=written.scope.skip_out_of_scope_deletions,
        allow_empty=written.source.allow_empty,
        limits=limits_of(written.limits),
        interval=written.schedule.interval,
        notification=notification_of(written.notification, base),
        state=state_of(written.state, base),
        fidelity=fidelity,
        warnings=warnings,
        schema=schema.file if schema else "",
    )


def _fidelity(written: MappingOf[str, object], findings: Findings) -> Fidelity:
    allowed = {setting.name: get_args(setting.type) for setting in fields(Fidelity)}
    for key, value in written.items():
        path = ("fidelity", key)
        if key not in allowed:
            findings.add(path, f"unknown key {key!r}", closest(key, allowed), key=True)
        elif value not in allowed[key]:
            findings.add(path, f"{key} has no such value", "it takes " + " or ".join(map(repr, allowed[key])))
    good: dict[str, Any] = {key: value for key, value in written.items() if value in allowed.get(key, ())}
    return Fidelity(**good)


def _review(all_rules: tuple[Rules | None, ...], findings: Findings, *, everybody: bool) -> tuple[str, ...]:
    """Note the errors of the rules and return their warnings as text."""
    warnings = []
    for rules in all_rules:
        if rules is None or not rules.mappings:
            continue
        table = "users" if rules.kind is ObjectKind.USER else "groups"
        for finding in (*review(rules, Place(path=table)), *review_scope(rules, everybody=everybody)):
            if finding.severity is Severity.ERROR and finding.place.file:
                findings.add_elsewhere(Positions(finding.place.file).of(finding.place), finding.message, finding.hint)
            elif finding.severity is Severity.ERROR:
                findings.add(read_path(finding.path), finding.message, finding.hint)
            else:
                warnings.append(f"{finding.path}: {finding.message}" + (f" ({finding.hint})" if finding.hint else ""))
    return tuple(warnings)
