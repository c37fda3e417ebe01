"""What comes back, as an Answer: nothing is misread as a yes, a no, or an absence (F10-F22, E12, E16)."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.reply import LONGEST_PAUSE, Response, answer_of, evidence, fault_of, retry_after
from provisioner.engine.success import ERROR, LIST_RESPONSE, LONGEST_ID
from provisioner.model.answer import NO_EXCHANGE, Answer, Done, Exchange, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
FIND = Find(ObjectKind.USER, "userName", "ann")
READ = Read(ObjectKind.USER, "7")
CREATE = Create(ObjectKind.USER, {"userName": "ann"})
MODIFY = Modify(ObjectKind.USER, "7", {})
REMOVE = Remove(ObjectKind.USER, "7")
ALL: list[Question] = [FIND, READ, CREATE, MODIFY, REMOVE]
ANN = {"id": "7", "userName": "ann"}


def names(questions: Any) -> str:
    return type(questions).__name__ if isinstance(questions, Find | Read | Create | Modify | Remove) else ""


def answer(question: Question, status: int, body: Any = b"", **headers: str) -> Answer:
    """The answer to a response; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return answer_of(question, Response(status, sent, data), NO_EXCHANGE, now=NOW)


def trouble(found: Answer) -> tuple[type, FaultKind]:
    assert isinstance(found, Refused | Unknown), found
    return type(found), found.fault.kind


def listing(*resources: Any, **more: Any) -> dict[str, Any]:
    """A ListResponse."""
    return {"schemas": [LIST_RESPONSE], "totalResults": len(resources), "Resources": list(resources), **more}


# --- the table


@pytest.mark.parametrize("question", ALL, ids=names)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 418, 422, 428, 429, 451, 499])
def test_4xx_is_a_refusal(question: Question, status: int) -> None:
    """It certainly did not happen, whatever was asked."""
    found = answer(question, status)
    assert trouble(found) == (Refused, FaultKind.STATUS)
    assert isinstance(found, Refused)
    assert found.fault.status == status


@pytest.mark.parametrize("question", ALL, ids=names)
@pytest.mark.parametrize("status", [100, 199, 408, 500, 501, 502, 503, 504, 507, 599, 600, 999])
def test_5xx_and_what_is_no_status_are_unknown(question: Question, status: int) -> None:
    """F11: it may have happened; for a look-up it never means nobody (E12)."""
    assert trouble(answer(question, status, listing())) == (Unknown, FaultKind.STATUS)


@pytest.mark.parametrize("question", ALL, ids=names)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_3xx_is_a_refusal_that_shows_where_to(question: Question, status: int) -> None:
    """F16."""
    found = answer(question, status, location="https://else.example/\x1b[31m")
    assert trouble(found) == (Refused, FaultKind.REDIRECT)
    assert isinstance(found, Refused)
    assert found.fault.detail == "redirected to https://else.example/\\x1b[31m"


@pytest.mark.parametrize("question", [FIND, READ], ids=names)
@pytest.mark.parametrize("status", [201, 202, 203, 204, 206, 226])
def test_reading_takes_a_200_only(question: Question, status: int) -> None:
    """E16: another success is no answer to a look-up, not even an empty one."""
    found = answer(question, status, listing() if question is FIND else ANN)
    assert trouble(found) == (Unknown, FaultKind.STATUS)


FATES = {
    FaultKind.UNWRITABLE: Refused,
    FaultKind.NOT_SENT: Refused,
    FaultKind.TLS: Refused,
    FaultKind.TIMEOUT: Unknown,
    FaultKind.CLOSED: Unknown,
    FaultKind.UNREADABLE: Unknown,
    FaultKind.TOO_LARGE: Unknown,
    FaultKind.LIES: Unknown,
    FaultKind.INTERRUPTED: Unknown,
}


@pytest.mark.parametrize(("kind", "fate"), FATES.items())
@pytest.mark.parametrize("status", [None, 201, 404, 500])
def test_faults_below_http(kind: FaultKind, fate: type, status: int | None) -> None:
    """F11, F12: only what was not sent is certain; a status line before the break makes nothing certain."""
    exchange = Exchange("POST", "https://a.example/Users", status=status)
    found = fault_of(kind, "why", exchange)
    assert trouble(found) == (fate, kind)
    assert isinstance(found, Refused | Unknown)
    assert (found.fault.detail, found.fault.status, found.exchange) == ("why", status, exchange)


def test_every_kind_of_fault_has_a_place() -> None:
    """A new kind must be thought about here."""
    assert set(FaultKind) == {*FATES, FaultKind.STATUS, FaultKind.REDIRECT}


# --- success, question by question


def test_found() -> None:
    """E17: nobody, one, several; schemas may be missing, Resources too when there are none."""
    assert answer(FIND, 200, listing()) == Found(())
    assert answer(FIND, 200, listing(ANN)) == Found((ANN,))
    assert answer(FIND, 200, listing(ANN, {**ANN, "id": "8"})) == Found((ANN, {**ANN, "id": "8"}))
    assert answer(FIND, 200, {"totalResults": 0}) == Found(())
    assert answer(FIND, 200, {"schemas": [LIST_RESPONSE], "totalResults": 0}) == Found(())
    assert answer(FIND, 200, {"totalResults": 1, "Resources": [ANN]}) == Found((ANN,))
    assert answer(FIND, 200, {"schemas": [LIST_RESPONSE.upper()], "Resources": [ANN]}) == Found((ANN,))
    assert answer(FIND, 200, {"SCHEMAS": [LIST_RESPONSE], "totalresults": 1, "resources": [ANN]}) == Found((ANN,))


def test_a_page_of_more_is_what_it_holds() -> None:
    """F19: matching looks at page 1; what it holds is compared with the value asked for."""
    assert answer(FIND, 200, listing(ANN, totalResults=9, itemsPerPage=1, startIndex=1)) == Found((ANN,))


NO_LIST: dict[str, Any] = {
    "nothing": b"",
    "HTML": b"<html>Log in</html>",
    "null": None,
    "a list": [],
    "an empty object": {},
    "one resource": ANN,
    "another schema": {**listing(), "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]},
    "no schema in schemas": {**listing(), "schemas": []},
    "schemas as text": {**listing(), "schemas": LIST_RESPONSE},
    "Resources null": listing(Resources=None, totalResults=0),
    "Resources null and total null": listing(Resources=None, totalResults=None),
    "Resources an object": listing(Resources={}),
    "Resources text": listing(Resources="", totalResults=0),
    "a resource null": listing(None),
    "a resource text": listing("7"),
    "a resource a list": listing([ANN]),
    "nobody without totalResults": {"schemas": [LIST_RESPONSE], "Resources": []},
    "schemas alone": {"schemas": [LIST_RESPONSE]},
    "totalResults as text": listing(totalResults="0"),
    "totalResults a fraction": listing(totalResults=0.0),
    "totalResults false": listing(totalResults=False),
    "a resource without id": listing({"userName": "ann"}),
    "the second without id": listing(ANN, {"userName": "ann"}),
    "a number as id": listing({"id": 7}),
    "a dot segment as id": listing({"id": ".."}),
}


@pytest.mark.parametrize("body", NO_LIST.values(), ids=NO_LIST)
@pytest.mark.parametrize("probe", [False, True])
def test_what_is_no_list_response_is_never_an_absence(body: Any, probe: bool) -> None:
    """E12, E16: reading it as nobody would lead to a second account."""
    question = Find(ObjectKind.USER, "userName", "ann", probe=probe)
    assert trouble(answer(question, 200, body)) == (Unknown, FaultKind.UNREADABLE)


LIES: dict[str, Any] = {
    "more promised than none": listing(totalResults=3),
    "Resources left out": {"schemas": [LIST_RESPONSE], "totalResults": 1},
    "none promised, one returned": listing(ANN, totalResults=0),
    "fewer promised than returned": listing(ANN, ANN, totalResults=1),
    "a negative total": listing(totalResults=-1),
    "an error with status 200": {**listing(), "schemas": [ERROR, LIST_RESPONSE]},
}


@pytest.mark.parametrize("body", LIES.values(), ids=LIES)
def test_a_list_that_contradicts_itself(body: Any) -> None:
    """F19: a lie never becomes an absence."""
    assert trouble(answer(FIND, 200, body)) == (Unknown, FaultKind.LIES)


def test_read() -> None:
    """E30: the resource with the id that was asked for, and no other (F22)."""
    assert answer(READ, 200, ANN) == Found((ANN,))
    assert answer(READ, 200, {"ID": "7"}) == Found(({"ID": "7"},))
    assert trouble(answer(READ, 200, {**ANN, "id": "8"})) == (Unknown, FaultKind.LIES)
    assert trouble(answer(READ, 200, {**ANN, "schemas": [ERROR]})) == (Unknown, FaultKind.LIES)
    for body in (b"", b"<html>", None, [ANN], {}, {"id": None}, {"id": 7}, listing(ANN)):
        assert trouble(answer(READ, 200, body)) == (Unknown, FaultKind.UNREADABLE)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_create(status: int) -> None:
    """E29: the id is stored, so it must be there; otherwise nobody knows what the account is called."""
    assert answer(CREATE, status, ANN) == Done("7", ANN)
    for body in (b"", b"<html>", None, [ANN], {}, listing(ANN)):
        assert trouble(answer(CREATE, status, body)) == (Unknown, FaultKind.UNREADABLE)
    assert trouble(answer(CREATE, status, {"schemas": [ERROR], "status": "400"})) == (Unknown, FaultKind.LIES)


GOOD_IDS = ["7", "a/b", "../x", "…", "a b", "?#", "x" * LONGEST_ID, "😀"]
BAD_IDS: list[Any] = [None, "", 7, True, [], {}, "a\nb", "a\x00", "\u202e7", "x" * (LONGEST_ID + 1), ".", ".."]


@pytest.mark.parametrize("id", GOOD_IDS)
def test_ids_are_opaque(id: str) -> None:
    """F22: any printable text."""
    assert answer(CREATE, 201, {"id": id}) == Done(id, {"id": id})


@pytest.mark.parametrize("id", BAD_IDS)
def test_ids_that_no_account_can_be_reached_by(id: Any) -> None:
    """F22: missing, not text, too long, unprintable, or another path in a URL."""
    assert trouble(answer(CREATE, 201, {"id": id})) == (Unknown, FaultKind.UNREADABLE)


@pytest.mark.parametrize("question", [MODIFY, REMOVE], ids=names)
@pytest.mark.parametrize("status", [200, 202, 204])
def test_modify_and_remove(question: Question, status: int) -> None:
    """E53: with a body or without; a page of a proxy in place of the server's word is no yes."""
    assert answer(question, status) == Done()
    assert answer(question, status, b" \r\n") == Done()
    assert answer(question, status, ANN) == Done(resource=ANN)
    for body in (b"<html>Log in</html>", b"OK", b'{"id":', [ANN]):
        assert trouble(answer(question, status, body)) == (Unknown, FaultKind.UNREADABLE)
    assert trouble(answer(question, status, {"schemas": [ERROR], "status": "404"})) == (Unknown, FaultKind.LIES)


# --- what a refusal says


def refusal(body: Any) -> tuple[str, str]:
    found = answer(CREATE, 409, body)
    assert isinstance(found, Refused)
    return found.fault.detail, found.fault.scim_type


def test_a_scim_error_says_detail_and_scim_type() -> None:
    """RFC 7644 section 3.12."""
    body = {"schemas": [ERROR], "status": "409", "scimType": "uniqueness", "detail": "ann is taken"}
    assert refusal(body) == ("ann is taken", "uniqueness")
    assert refusal({"Detail": "ann", "SCIMTYPE": "x"}) == ("ann", "x")


def test_what_is_no_scim_error_is_shown_as_it_is() -> None:
    """Anything a person can recognize the sender by: a page, a sentence, another API's error."""
    assert refusal(b"") == ("", "")
    assert refusal(b"Conflict\x1b[0m\n") == ("Conflict\\x1b[0m\\n", "")
    assert refusal({"error": "taken"}) == ('{"error":"taken"}', "")
    assert refusal({"detail": ["a"], "scimType": 7}) == ('{"detail":["a"],"scimType":7}', "")
    assert refusal([1]) == ("[1]", "")
    assert refusal({"detail": "\u202eevil\n", "scimType": "\x1b" * 99}) == ("\\u202eevil\\n", ("\\x1b" * 99)[:64])
    assert len(refusal({"detail": "x" * 9999})[0]) == 500


@given(st.binary(max_size=5000))
def test_evidence_is_bounded_and_printable(body: bytes) -> None:
    """F33."""
    shown = evidence(body)
    assert shown.isprintable()
    assert len(shown) <= 2048


# --- Retry-After


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_or_as_a_date(status: int) -> None:
    """F10."""
    for text in ("120", format_datetime(NOW + timedelta(seconds=120), usegmt=True), " 120 "):
        found = answer(FIND, status, retry_after=text)
        assert isinstance(found, Refused | Unknown)
        assert found.fault.retry_after == 120.0


def test_other_refusals_do_not_ask_for_a_pause() -> None:
    """F10: the header counts with the two statuses that mean it."""
    found = answer(FIND, 400, retry_after="120")
    assert isinstance(found, Refused)
    assert found.fault.retry_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0.0),
        ("999999999999", LONGEST_PAUSE),
        ("9" * 5000, LONGEST_PAUSE),
        ("Wed, 04 Mar 2026 05:06:17 GMT", 10.0),
        ("Wed, 04 Mar 2026 06:06:17 +0100", 10.0),
        ("Wednesday, 04-Mar-26 05:06:17 GMT", 10.0),
        ("Wed Mar  4 05:06:17 2026", 10.0),
        ("Wed, 04 Mar 2020 05:06:17 GMT", 0.0),
        ("Wed, 04 Mar 2099 05:06:17 GMT", LONGEST_PAUSE),
        ("Wed, 99 Mar 2026 99:99:99 GMT", None),
        ("Wed, 04 Mar 99999 05:06:17 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """F10: both forms and RFC 9110's obsolete dates; the past is now, and an hour is the most."""
    assert retry_after(text, NOW) == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d( [-+]?\w+)?"))
def test_any_retry_after_is_bounded(text: str) -> None:
    """F10: any header gives a delay within bounds, or none."""
    seconds = retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_PAUSE


# --- anything at all

texts = st.text(max_size=8)
shapes = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["schemas", "Resources", "totalResults", "id", "detail"]) | texts, inner)
    ),
    max_leaves=12,
)
lists = st.fixed_dictionaries(
    {"schemas": st.just([LIST_RESPONSE]) | shapes}, optional={"Resources": shapes, "totalResults": shapes}
)


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


@given(
    st.sampled_from(ALL),
    st.sampled_from([200, 201, 204]) | st.integers(100, 999),
    st.binary() | (shapes | lists).map(dumps),
    st.dictionaries(st.sampled_from(["retry-after", "location", "content-type"]), texts),
)
def test_anything_is_an_answer(question: Question, status: int, body: bytes, headers: dict[str, str]) -> None:
    """F15: no response makes the reading fail, and only a ListResponse that says so means nobody."""
    found = answer_of(question, Response(status, headers, body), NO_EXCHANGE, now=NOW)
    assert isinstance(found, Found | Done | Refused | Unknown)
    if found == Found(()):
        assert question is FIND
        assert status == 200
        assert b'"totalResults": 0' in body
    if isinstance(found, Refused | Unknown):
        assert found.fault.detail.isprintable()
