"""What a command found, as results, and the reports made of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from provisioner.adapters.html_report import write_html
from provisioner.adapters.junit import write_junit
from provisioner.model.errors import InputError, Place, ProvisionerError
from provisioner.model.plan import PlannedObject, PlanSummary
from provisioner.model.record import Record
from provisioner.model.report import CycleReport
from provisioner.model.result import Result
from provisioner.wiring.options import Options, reading_store


def write_reports(title: str, results: Sequence[Result], *, junit: str | None, html: str | None) -> None:
    """Write the results where they are wanted. Raises InputError."""
    if junit:
        write_junit(junit, results)
    if html:
        write_html(html, title, results)


def results_of_error(suite: str, error: ProvisionerError) -> Iterator[Result]:
    """Why a command did not come to its results; every finding when the input is wrong."""
    for finding in error.all() if isinstance(error, InputError) else (error,):
        told = "\n".join(filter(None, (finding.message, finding.hint)))
        yield Result(suite, str(finding.place) or type(error).__name__, told, place=finding.place)


def results_of_cycle(path: str, options: Options, report: CycleReport) -> Iterator[Result]:
    """The cycle itself, and every object it attended to, from its log."""
    yield Result(
        report.job,
        f"{report.cycle} cycle {report.number}" if report.cycle != "none" else "no cycle",
        _verdict(report),
        "\n".join(filter(None, (report.note, *report.warnings))),
        Place(path),
        (report.ended - report.started).total_seconds(),
    )
    if report.cycle == "none":
        return
    with reading_store(path, options) as (_, store):
        for record in store.records(cycle=report.number):
            yield _result_of_record(record, report.job, path)


def _verdict(report: CycleReport) -> str:
    """Why the cycle as a whole is no success; that single objects failed is told of these."""
    if report.quarantine is not None:
        return f"quarantined ({report.quarantine.reason}): {report.quarantine.message}"
    if report.exit_code == 0 or (report.complete and report.counts.fail):
        return ""
    return f"{report.status}: {report.note}" if report.note else report.status


def _result_of_record(record: Record, suite: str, path: str) -> Result:
    error: dict[str, Any] | None = record.body["provisioningStatusInfo"]["errorInformation"]
    name = f"{record.action} {record.name or record.source_id}"
    if error is None:
        return Result(suite, name, place=Place(path))
    told = "\n".join(filter(None, (f"{error['errorCode']}: {error['reason']}", error["recommendedAction"])))
    warned = record.status == "warning"
    return Result(suite, name, "" if warned else told, told if warned else "", Place(path))


def results_of_plan(path: str, summary: PlanSummary, objects: Iterable[PlannedObject]) -> Iterator[Result]:
    """Whether the plan may be carried out, and every object it would touch."""
    yield Result(summary.job, f"plan of the {summary.cycle} cycle", summary.verdict or summary.problem, "", Place(path))
    for planned in objects:
        failure = f"{planned.error_code}: {planned.error}" if planned.error_code else ""
        yield Result(summary.job, f"{planned.action} {planned.name}", failure, "", Place(path))


def results_of_findings(file: str, findings: Iterable[dict[str, Any]]) -> Iterator[Result]:
    """What there is to say about a schema: an error fails, a warning is remarked."""
    for finding in findings:
        told = "\n".join(filter(None, (finding["message"], finding["hint"])))
        place = Place(finding["file"], finding["line"], finding["column"], finding["path"])
        severity = finding["severity"]
        name = f"{severity}: {finding['path'] or file}"
        failure, remark = told if severity == "error" else "", told if severity == "warning" else ""
        yield Result(file, name, failure, remark, place)


def results_of_cases(cases: Iterable[dict[str, Any]]) -> Iterator[Result]:
    """The cases of ``expression test``."""
    for case in cases:
        failure = "" if case["passed"] else f"expected {case['expected']}\ngot      {case['got']}"
        yield Result(case["file"], case["name"], failure, "", Place(case["file"], case.get("line"), case.get("column")))
