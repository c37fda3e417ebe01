"""The transcript of a story: what was sent and what became of it, the same in every run."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from provisioner.engine.moment import moment, span
from provisioner.engine.transcript import Transcript
from provisioner.model.answer import Done, Exchange, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify
from provisioner.model.report import CycleReport
from provisioner.model.scenario import Heard
from provisioner.model.state import Counts

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
VERSION = ("ADSCIMVersion", "Date:2026-01-05T08:00:00, ActivityId:1f")


def report(number: int, minutes: int, *, cycle: str = "incremental") -> CycleReport:
    """A cycle that began so many minutes after the story."""
    at = BEGIN + minutes * MINUTES
    return CycleReport("job", number, cycle, "succeeded", Counts(), 1, at, at)


def exchange(method: str, path: str, body: bytes = b"", *more: tuple[str, str]) -> Exchange:
    """A request to one server or another."""
    return Exchange(method, f"https://scim.example/v2{path}", body, 200, headers=(VERSION, *more))


def probe(guid: str) -> Heard:
    """Somebody nobody has heard of is asked for."""
    return Heard(
        Find(ObjectKind.USER, "userName", guid, probe=True),
        Found((), exchange("GET", f"/Users?filter=userName+eq+%22{guid}%22")),
    )


def told(*cycles: int) -> str:
    """The headings of a story with a probe at these minutes."""
    transcript = Transcript(BEGIN, "/v2")
    for number, minutes in enumerate(cycles, 1):
        transcript.ran(report(number, minutes), [probe(f"guid-{number}")], ())
    return [line[4:] for line in transcript.requests().splitlines() if line.startswith("### ")]


def test_cycles_that_say_the_same_are_told_once():
    """A day without a change takes a line, whatever guids the probes had."""
    assert told(*range(0, 1440, 40)) == ["day 0 08:00 to day 1 07:20, every 40m: cycles 1 to 36"]


def test_a_change_of_pace_begins_a_new_paragraph():
    """The ladder of a quarantine can be read from the headings."""
    assert told(0, 40, 80, 440, 800) == [
        "day 0 08:00 to day 0 09:20, every 40m: cycles 1 to 3",
        "day 0 15:20 and day 0 21:20: cycles 4 and 5",
    ]


def test_what_happens_between_cycles_stands_between_them():
    """An event keeps its place among the cycles."""
    transcript = Transcript(BEGIN, "/v2")
    transcript.ran(report(1, 0), [probe("guid-1")], ())
    transcript.happened(BEGIN + 10 * MINUTES, "the target is down")
    transcript.ran(report(2, 40), [probe("guid-2")], ())
    headings = [line for line in transcript.records().splitlines() if line.startswith("### ")]
    assert headings == [
        "### day 0 08:00: cycle 1",
        "### day 0 08:10: the target is down",
        "### day 0 08:40: cycle 2",
    ]


def test_a_request_is_told_without_chance_and_without_its_server():
    """Guids, times, lengths, ids and the tenant URL's own path are left out; everything else is there."""
    transcript = Transcript(BEGIN, "/v2")
    create = Create(ObjectKind.USER, {"userName": "ada@x"})
    body = b'{"userName":"ada@x"}'
    kind, length = ("Content-Type", "application/scim+json"), ("Content-Length", "20")
    modify = Modify(ObjectKind.USER, "17", {})
    transcript.ran(
        report(1, 0),
        [
            probe("guid-1"),
            Heard(create, Done("17", exchange=exchange("POST", "/Users", body, kind, length))),
            Heard(modify, Refused(Fault(FaultKind.STATUS, "", 409), exchange("PATCH", "/Users/17", b"{}", kind))),
        ],
        (),
    )
    assert transcript.requests() == (
        "# What was sent, cycle by cycle.\n\n"
        "# Headers of every request, beside Host and Authorization: ADSCIMVersion: Date:{time}, ActivityId:{guid}\n\n"
        "### day 0 08:00: cycle 1\n\n"
        "GET /Users?filter=userName+eq+%22{guid}%22\n\n"
        'POST /Users\nContent-Type: application/scim+json\n\n{"userName": "ada@x"}\n\n'
        "PATCH /Users/{ada@x}\nContent-Type: application/scim+json\n\n{}\n\n# answered 409\n"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "# not sent: no answer"),
        (Unknown(Fault(FaultKind.TIMEOUT, "")), "# not sent: no answer: timeout"),
        (Unknown(Fault(FaultKind.CLOSED, "", 201), exchange("POST", "/Users")), "# answered 201, connection closed"),
        (Unknown(Fault(FaultKind.STATUS, "", 503), exchange("POST", "/Users")), "# answered 503"),
    ],
)
def test_what_was_not_answered_well_is_said(answer, said):
    """The status, or why there is none; of a success nothing, whichever of its statuses it had."""
    transcript = Transcript(BEGIN, "/v2")
    transcript.ran(report(1, 0), [Heard(Create(ObjectKind.USER, {}), answer)], ())
    assert said in transcript.requests().splitlines()


def test_a_cycle_that_did_not_take_place_does_not_count():
    """A paused job's cycle is told and not counted."""
    transcript = Transcript(BEGIN, "/v2")
    transcript.ran(report(0, 0, cycle="none"), (), ())
    assert transcript.cycles == 0


def test_days_are_those_of_the_place_where_the_story_begins():
    """The day changes at its midnight."""
    begin = datetime(2026, 1, 5, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    assert moment(begin + timedelta(minutes=40), begin) == "day 1 00:10"
    assert moment(datetime(2026, 1, 5, 21, 30, 5, tzinfo=UTC), begin) == "day 0 23:30:05"


@pytest.mark.parametrize(("text", "seconds"), [("40m", 2400), ("1d12h", 129600), ("1h1s", 3601), ("0s", 0)])
def test_a_span_is_written_as_in_a_job(text, seconds):
    """The longest unit first."""
    assert span(timedelta(seconds=seconds)) == text
