"""Faults of a service that is not there, not for us, or answers in bodies one must not trust (F10, F14-F18)."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.sandbox.client import Scim


@pytest.mark.parametrize(
    ("fault", "status", "media_type"),
    [
        ("down", 503, "application/scim+json"),
        ("unauthorized", 401, "application/scim+json"),
        ("forbidden", 403, "application/scim+json"),
        ("throttle", 429, "application/scim+json"),
        ("error-on", 500, "application/scim+json"),
        ("error-on=1:502", 502, "application/scim+json"),
        ("html-success", 200, "text/html; charset=utf-8"),
    ],
)
def test_a_service_that_is_not_there_answers_so(faulty, fault, status, media_type):
    """Instead of the work: this status, and nothing is done."""
    scim = faulty(fault)

    response = scim.send("POST", "/Users", {"userName": "Cyd"})

    assert (response.status_code, response.headers["content-type"]) == (status, media_type)
    assert len(scim.sandbox.users) == 2


def test_error_on_meets_one_request_by_its_number(faulty):
    """Requests are counted from 1 since the faults were set."""
    scim = faulty("error-on=2:503")

    assert [scim.http.get("/Users/1").status_code for _ in range(3)] == [200, 503, 200]


def test_throttle_ends_after_its_seconds():
    """429 with the seconds that are left, by the sandbox's clock."""
    times = iter([datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s) for s in (0, 10, 60)])
    sandbox = Sandbox("scim", faults=["throttle=60"], clock=lambda: next(times))
    with SandboxServer(sandbox) as server, Scim(server) as scim:
        answers = [scim.http.get("/Users") for _ in range(3)]

    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [
        (429, "60"),
        (429, "50"),
        (200, None),
    ]


def test_rate_limit_counts_within_a_second():
    """Only what exceeds the limit is refused, and the next second starts anew."""
    times = iter([datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC) for second in (0, 0, 0, 1)])
    sandbox = Sandbox("scim", faults=["rate-limit=2"], clock=lambda: next(times))
    with SandboxServer(sandbox) as server, Scim(server) as scim:
        assert [scim.http.get("/Users").status_code for _ in range(4)] == [200, 200, 429, 200]


def test_firewall_stops_those_who_do_not_name_themselves(faulty):
    """HTML and 403 without User-Agent (E1); everybody else passes."""
    scim = faulty("firewall")
    nameless = scim.http.build_request("GET", "/Users/1")
    del nameless.headers["User-Agent"]

    blocked = scim.http.send(nameless)

    assert (blocked.status_code, blocked.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert scim.http.get("/Users/1").status_code == 200


def test_require_accept_wants_the_header(faulty):
    """406 without Accept (E4)."""
    scim = faulty("require-accept")
    silent = scim.http.build_request("GET", "/Users/1")
    del silent.headers["Accept"]

    assert scim.http.send(silent).status_code == 406
    assert scim.http.get("/Users/1").status_code == 200


def test_refuse_media_type_takes_plain_json_only(faulty):
    """415 to SCIM's own type (E3)."""
    scim = faulty("refuse-media-type")

    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 415
    assert scim.send("POST", "/Users", {"userName": "Cyd"}, **{"Content-Type": "application/json"}).status_code == 201


@pytest.mark.parametrize(
    ("fault", "location"),
    [("redirect", "http://127.0.0.1:9/"), ("redirect=https://evil.example/x?a=b", "https://evil.example/x?a=b")],
)
def test_redirect_points_elsewhere(faulty, fault, location):
    """302 with Location; an argument may hold an equals sign."""
    response = faulty(fault).http.get("/Users/1")

    assert (response.status_code, response.headers["location"]) == (302, location)


def test_error_after_work_has_done_the_work(faulty):
    """5xx to writes that happened; reading and refusals are as ever."""
    scim = faulty("error-after-work=502")

    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 502
    assert scim.names('userName eq "Cyd"') == ["Cyd"]
    assert scim.send("POST", "/Users", {"userName": "Cyd"}).status_code == 409


def test_oversized_bodies_are_still_json(faulty):
    """One MiB more than there is to say."""
    response = faulty("oversized=1").http.get("/Users/1")

    assert len(response.content) > 1 << 20
    assert response.json()["userName"] == "Ada"


def test_gzip_comes_unasked(faulty):
    """Content-Encoding although nobody accepts it (F14)."""
    scim = faulty("gzip")

    with scim.http.stream("GET", "/Users/1", headers={"Accept-Encoding": "identity"}) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["userName"] == "Ada"


@pytest.mark.parametrize("how", ["half", "empty", "nan", "twice", "deep", "bom"])
def test_malformed_bodies_come_with_success(faulty, how):
    """200, and a body that a careful reader refuses (F15)."""
    response = faulty(f"malformed={how}").http.get("/Users/1")

    assert response.status_code == 200
    with pytest.raises((ValueError, RecursionError)):
        json.loads(response.content.decode(), parse_constant=_refuse, object_pairs_hook=_unique)


def _refuse(constant):
    raise ValueError(constant)


def _unique(pairs):
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key appears twice")
    return dict(pairs)


def test_html_errors_replace_scim_errors(faulty):
    """The status stays, the body is a page."""
    response = faulty("html-errors").http.get("/Users/nobody")

    assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")


def test_plain_404_is_no_scim_error(faulty):
    """Text in place of JSON, for 404 only."""
    scim = faulty("plain-404")

    assert scim.http.get("/Users/nobody").text == "Not Found"
    assert scim.http.put("/Users").json()["status"] == "405"


def test_no_id_hides_where_the_new_one_is(faulty):
    """201 without id and Location, and yet it is there."""
    scim = faulty("no-id")

    response = scim.send("POST", "/Users", {"userName": "Cyd"})

    assert response.status_code == 201
    assert "id" not in response.json()
    assert "location" not in response.headers
    assert scim.names('userName eq "Cyd"') == ["Cyd"]


def test_odd_ids_work_when_they_are_encoded(faulty):
    """F22: an id with a slash, a question mark and an umlaut is one path segment."""
    scim = faulty("odd-ids")

    user = scim.create("Cyd")

    assert {"/", "?", "ü"} <= set(user["id"])
    assert httpx.get(user["meta"]["location"]).json()["userName"] == "Cyd"
