"""What else is wrong with a job file whose keys or types are, told in the same reading: nobody mends one by one."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from provisioner.adapters.job_toml.findings import Findings
from provisioner.adapters.job_toml.rules import mapping_of
from provisioner.adapters.job_toml.written import WrittenMapping
from provisioner.adapters.places import read_path
from provisioner.engine.review import Severity, review
from provisioner.model.directory import ObjectKind
from provisioner.model.errors import Place
from provisioner.model.job import Mapping, Rules


def note_the_rest(document: dict[str, Any], findings: Findings) -> None:
    """Note the errors of every mapping that is well formed itself; of the rules as a whole nothing can be said."""
    for kind, table in ((ObjectKind.USER, "users"), (ObjectKind.GROUP, "groups")):
        mappings = tuple(_well_formed(document.get(table), kind, table, findings))
        rules = Rules(kind=kind, mappings=mappings, attributes=_attributes(document.get(table)))
        for finding in review(rules, Place(path=table)) if mappings else ():
            if finding.severity is Severity.ERROR and finding.path.startswith(f"{table}.mappings["):
                findings.add(read_path(finding.path), finding.message, finding.hint)


def _attributes(rules: Any) -> frozenset[str]:
    names = rules.get("attributes") if isinstance(rules, dict) else None
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def _well_formed(rules: Any, kind: ObjectKind, table: str, findings: Findings) -> Iterator[Mapping]:
    mappings = rules.get("mappings") if isinstance(rules, dict) else None
    for index, raw in enumerate(mappings if isinstance(mappings, list) else ()):
        try:
            written = WrittenMapping.model_validate(raw)
        except ValidationError:
            continue  # it was noted with the keys and types of the whole file
        mapping = mapping_of(written, (table, "mappings", index), findings, group=kind is ObjectKind.GROUP)
        if mapping is not None:
            yield mapping
