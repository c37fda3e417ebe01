"""Expressions on given attributes or on a person, and files of cases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from provisioner.adapters.case_file import places_of_cases, read_cases
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.engine.expression import Environment
from provisioner.model.directory import ObjectKind
from provisioner.model.fidelity import Fidelity
from provisioner.ports import Ids
from provisioner.runtime.evaluation import Evaluated, attributes_of, attributes_of_object, check_case, evaluate, remarks
from provisioner.wiring.options import Options, clock_of, ids_of, job_of


def evaluated(
    expression: str,
    given: Mapping[str, Any],
    options: Options,
    *,
    person: tuple[str, str] | None = None,
    with_trace: bool = False,
) -> tuple[Evaluated, tuple[str, ...]]:
    """An expression on given attributes, or on a (job file, person) with what is given on top; and what to remark."""
    ids, now = ids_of(options), clock_of(options).now()
    attributes, kind, fidelity = attributes_of(given), ObjectKind.USER, Fidelity()
    if person is not None:
        job = job_of(person[0], options)
        source = open_source(job.snapshot, allow_empty=job.allow_empty)
        with open_store(":memory:", job=job.name, ids=ids) as empty, source.open() as snapshot:
            kind, known = attributes_of_object(job, snapshot, empty, ids, now, person[1])
        attributes, fidelity = {**known, **attributes}, job.fidelity
    environment = Environment(attributes, now, ids)
    found = evaluate(expression, environment, iif_null=fidelity.iif_null, with_trace=with_trace)
    return found, tuple(remarks(expression, given, group=kind is ObjectKind.GROUP)) if found.parsed else ()


def run_cases(files: Sequence[str], options: Options) -> list[dict[str, Any]]:
    """Every case of the files with what it expected and what came, and where it stands when these differ."""
    ids = ids_of(options)
    return [case for file in files for case in _run_file(file, ids)]


def _run_file(file: str, ids: Ids) -> Iterator[dict[str, Any]]:
    cases = [(case, check_case(case, ids)) for case in read_cases(file)]
    places = places_of_cases(file) if not all(result.passed for _, result in cases) else ()
    for number, (case, result) in enumerate(cases):
        told = {"file": file, "name": case.title, "passed": result.passed}
        where = {} if result.passed else {"line": places[number].line, "column": places[number].column}
        yield {**told, **where, "expected": result.expected, "got": result.got}
