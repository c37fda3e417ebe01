"""One line per request for people (F32, F33)."""

import pytest

from provisioner.sandbox import RequestSeen, Sandbox, SandboxServer, readable
from tests.sandbox.client import ENTERPRISE, Scim, op

TOKEN = "S3CR3T-canary"


def seen(method="GET", path="/scim/v2/Users", body=b"", status=200, response=b""):
    return RequestSeen(method, path, (("Authorization", f"Bearer {TOKEN}"),), body, status, response)


@pytest.mark.parametrize(
    ("request_seen", "line"),
    [
        (
            seen(
                "PATCH",
                "/scim/v2/Users/2819",
                b'{"Operations":[{"op":"Replace","path":"active","value":"False"},'
                b'{"op":"Add","path":"title","value":"Boss"},{"op":"Remove","path":"nickName"}]}',
            ),
            'PATCH /Users/2819 200  Replace active "False" · Add title "Boss" · Remove nickName',
        ),
        (
            seen("PATCH", "/scim/v2/Users/1", b'{"Operations":[{"op":"replace","value":{"name.givenName":"A"}}]}', 204),
            'PATCH /Users/1 204  replace {"name.givenName":"A"}',
        ),
        (
            seen(path="/scim/v2/Users?filter=userName+eq+%22a%40b.example%22", response=b'{"totalResults":1}'),
            'GET /Users?filter=userName eq "a@b.example" 200  found 1',
        ),
        (seen("POST", body=b'{"userName":"ada"}', status=201, response=b'{"id":"1"}'), "POST /Users 201  ada"),
        (
            seen(
                "POST",
                "/scim/v2/Groups",
                b'{"displayName":"Staff"}',
                409,
                b'{"scimType":"uniqueness","detail":"taken"}',
            ),
            "POST /Groups 409  Staff · uniqueness taken",
        ),
        (seen("DELETE", "/scim/v2/Users/1", status=204), "DELETE /Users/1 204"),
        (seen("POST", body=b"\xff{", status=400, response=b"<html>"), "POST /Users 400"),
        (seen("POST", status=0), "POST /Users no answer"),
        (seen("PATCH", body=b'{"Operations":["odd"]}', status=400), 'PATCH /Users 400  "odd"'),
    ],
)
def test_a_request_is_one_readable_line(request_seen, line):
    """What was asked, of whom, the status, and what the body says."""
    assert readable(request_seen) == line


def test_no_line_moves_the_terminal():
    """F33: control characters, escapes and text direction marks are shown, not obeyed; the line ends."""
    body = '{"userName":"a\\n\\u001b[31m\\u202eb\\u2028' + "x" * 5000 + '"}'

    line = readable(seen("POST", "/scim/v2/Users%0a%1b", body.encode(), 201))

    assert r"a\u000a\u001b[31m\u202eb\u2028x" in line
    assert not [letter for letter in line if ord(letter) < 32 or 0x202A <= ord(letter) <= 0x202E]
    assert len(line) < 2200


def test_no_line_and_no_representation_shows_the_token():
    """F32: the token a client sent stands in the headers alone, and these are not shown."""
    lines = []
    sandbox = Sandbox("scim", token=TOKEN, on_request=lambda request: lines.append(readable(request)))
    with SandboxServer(sandbox) as server, Scim(server, Authorization=f"Bearer {TOKEN}") as scim:
        user = scim.create()
        scim.patch(f"/Users/{user['id']}", op("Add", f"{ENTERPRISE}:manager", "m"))
        assert scim.http.get("/Users", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401

    assert len(lines) == 3
    assert TOKEN not in repr(sandbox.requests) + repr(sandbox) + "".join(lines)
