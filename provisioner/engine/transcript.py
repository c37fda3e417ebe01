"""What a story said on the wire and what it left in the log, as two texts that git compares.

Ids have names and times of day stand in headings only, so that two runs, or two servers, give the same text. Cycles in
a row that say the same are told once, with how often: weeks without a change take one paragraph.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from provisioner.engine.http_text import body_text, compact_json, laid_out, request_text
from provisioner.engine.moment import moment, span
from provisioner.engine.naming import Names
from provisioner.model.answer import Answer, Exchange, FaultKind, Refused, Unknown
from provisioner.model.frozen import frozen
from provisioner.model.question import Find, Question
from provisioner.model.record import Record
from provisioner.model.report import CycleReport
from provisioner.model.scenario import Heard

HEADING: Final = "### "
NOT_RUN: Final = "none"
"""What a report calls a cycle that did not take place."""

_GUID: Final = "{guid}"
_ACTIVITY: Final = ("ADSCIMVersion", "Date:{time}, ActivityId:{guid}")
_LENGTH: Final = "Content-Length"
_OF_BODIES: Final = "Content-"


@frozen
class Chapter:
    """Cycles in a row that said the same: the first and the last, how many, and the time between two of them."""

    first: int
    begun: datetime
    requests: str
    records: str
    count: int = 1
    gap: timedelta = timedelta(0)

    def followed_by(self, other: "Chapter") -> "Chapter | None":
        """Both as one, if the other is more of the same at the same pace."""
        gap = other.begun - self.last
        same = (self.requests, self.records) == (other.requests, other.records)
        if not same or (self.count > 1 and gap != self.gap):
            return None
        return replace(self, count=self.count + 1, gap=gap)

    @property
    def last(self) -> datetime:
        """When the last of the cycles began."""
        return self.begun + (self.count - 1) * self.gap


@dataclass(slots=True)
class Transcript:
    """Written while a story is played.

    :param begin: when the story begins; its day is day 0.
    :param base: the path of the tenant URL, which is left out of the requests.
    """

    begin: datetime
    base: str
    names: Names = field(default_factory=Names)
    cycles: int = 0
    asked: int = 0
    _told: list[Chapter | str] = field(default_factory=list)
    _usual: dict[str, None] = field(default_factory=dict)

    def happened(self, at: datetime, text: str) -> None:
        """Something other than a cycle."""
        self._told.append(f"{HEADING}{moment(at, self.begin)}: {text}\n")

    def ran(self, report: CycleReport, heard: Sequence[Heard], records: Iterable[Record]) -> None:
        """A cycle took place."""
        for each in heard:
            if each.answer is not None:
                self.names.learn_from(each.question, each.answer)
        self.cycles += report.cycle != NOT_RUN
        self.asked += len(heard)
        requests = "\n".join(self._request(each) for each in heard)
        told = "\n".join([outcome(report), *(self._record(record) for record in records)])
        self._add(Chapter(report.number, report.started, requests, told))

    def requests(self) -> str:
        """What was sent: ``requests.http``."""
        head = [f"# Headers of every request, beside Host and Authorization: {usual}\n" for usual in self._usual]
        return "\n".join(["# What was sent, cycle by cycle.\n", *head, *self._parts(lambda each: each.requests)])

    def records(self) -> str:
        """What the log holds: ``records.txt``."""
        return "\n".join(["# What became of whom, cycle by cycle.\n", *self._parts(lambda each: each.records)])

    def _add(self, chapter: Chapter) -> None:
        last = self._told[-1] if self._told else ""
        joined = last.followed_by(chapter) if isinstance(last, Chapter) else None
        if joined is not None:
            self._told[-1] = joined
        else:
            self._told.append(chapter)

    def _parts(self, text: Any) -> Iterator[str]:
        for each in self._told:
            if isinstance(each, str):
                yield each
            else:
                yield f"{HEADING}{self._heading(each)}\n"
                yield from filter(None, [text(each)])

    def _heading(self, chapter: Chapter) -> str:
        first = moment(chapter.begun, self.begin)
        if chapter.count == 1:
            return f"{first}: cycle {chapter.first}"
        last, number = moment(chapter.last, self.begin), chapter.first + chapter.count - 1
        if chapter.count == 2:
            return f"{first} and {last}: cycles {chapter.first} and {number}"
        return f"{first} to {last}, every {span(chapter.gap)}: cycles {chapter.first} to {number}"

    def _request(self, heard: Heard) -> str:
        exchange = heard.answer.exchange if heard.answer is not None else None
        if exchange is None or not exchange.method:
            return f"# not sent: {_trouble(heard.answer)}\n"
        headers = [_without_chance(header) for header in exchange.headers if header[0] != _LENGTH]
        usual = ", ".join(": ".join(header) for header in headers if not header[0].startswith(_OF_BODIES))
        self._usual.setdefault(usual)
        shown = [header for header in headers if header[0].startswith(_OF_BODIES)]
        text = request_text(exchange.method, self._target(heard.question, exchange), shown, self._body(exchange))
        trouble = _trouble(heard.answer)
        return text + (f"\n# {trouble}\n" if trouble else "")

    def _target(self, question: Question, exchange: Exchange) -> str:
        target = "/" + exchange.url.partition("://")[2].partition("/")[2]
        below = self.names.in_target(target.removeprefix(self.base))
        return below.replace(question.value, _GUID) if isinstance(question, Find) and question.probe else below

    def _body(self, exchange: Exchange) -> str:
        content = compact_json(exchange.request)
        return laid_out(self.names.within(content)) if content is not None else body_text(exchange.request)

    def _record(self, record: Record) -> str:
        body = record.body
        steps = ", ".join(step["name"] for step in body["provisioningSteps"])
        name = self.names.of(record.name or record.source_id)
        lines = [f"{record.action} {record.kind} {name}: {record.status}{_why(body)}", steps]
        for changed in body["modifiedProperties"]:
            before, after = (_value(self.names.within(changed[key])) for key in ("oldValue", "newValue"))
            lines.append(f"{_attribute(changed['displayName'])}: {before} -> {after}")
        return "\n  ".join(lines) + "\n"


def outcome(report: CycleReport) -> str:
    """How a cycle ended, in a line; without the words of the target, which are each server's own."""
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.as_json().items() if count)
    ill = f" ({report.quarantine.reason})" if report.quarantine is not None else ""
    return f"{report.cycle}, {report.status}{ill}: {counts or 'nothing to do'}\n"


def _without_chance(header: tuple[str, str]) -> tuple[str, str]:
    """The header of E2 without its time and guid."""
    return _ACTIVITY if header[0] == _ACTIVITY[0] and header[1].startswith("Date:") else header


def _trouble(answer: Answer | None) -> str:
    """What came instead of a success; empty for one, whichever of its statuses it had (E53)."""
    if not isinstance(answer, Refused | Unknown):
        return "" if answer is not None else "no answer"
    fault = answer.fault
    if fault.kind is FaultKind.STATUS:
        return f"answered {fault.status}"
    return f"answered {fault.status}, {fault.kind.value}" if fault.status else f"no answer: {fault.kind.value}"


def _why(body: Any) -> str:
    status = body["provisioningStatusInfo"]
    error = status["errorInformation"]
    reason = status.get("skipReason") or (error["errorCode"] if error else "")
    return f", {reason}" if reason else ""


def _attribute(path: str) -> str:
    """A target attribute without the URN of its schema."""
    return path.rpartition(":")[2] if path.startswith("urn:") else path


def _value(value: Any) -> str:
    return "nothing" if value is None else laid_out(value)
