"""Bad input stops before any request: exit 2, with the place and what would be right."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.command import directory, person, provisioner

GOOD = """
name = "real-links"
[source]
snapshot = "directory"
[target]
url = "{url}"
token = "env:REAL_LINKS_TOKEN"
[users]
mappings = [
  {{ target = "userName", source = "[userPrincipalName]", match = 1 }},
  {{ target = "active", source = "Not([IsSoftDeleted])" }},
]
"""


@pytest.fixture
def trap():
    """A server that nobody may reach, and the list of those who did."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_error(500)

        def log_message(self, *_):
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/scim", seen
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("name =", "nome ="), ["nome", "name"]),
        (('snapshot = "directory"', 'snapshot = "nowhere"'), ["nowhere"]),
        (('"[userPrincipalName]"', '"[userPrincipalNam]"'), ["userPrincipalName", "job.toml:10"]),
        ((", match = 1", ""), ["match"]),
        (('target = "active"', 'target = "userName"'), ["userName", "twice"]),
        (('target = "active"', 'target = "urn:ietf:params:scim:schemas:core:2.0:User:userName"'), ["twice"]),
        (('"Not([IsSoftDeleted])"', '"Not([IsSoftDeleted]"'), ["not closed", "^"]),
        (('"Not([IsSoftDeleted])"', '"Nott([IsSoftDeleted])"'), ["Nott", "Not", "^"]),
        (("match = 1", 'match = "first"'), ["match", "job.toml:10"]),
        (("env:REAL_LINKS_TOKEN", "env:NO_SUCH_VARIABLE"), ["NO_SUCH_VARIABLE", "export"]),
        (("env:REAL_LINKS_TOKEN", "s3cr3t-canary-value"), ["env:NAME"]),
        (('url = "http', 'url = "ftp'), ["http"]),
        (("match = 1", "match = 1, filterable = false"), ["filter"]),
        (("[users]", "[users"), ["job.toml:8"]),
    ],
    ids=lambda value: value[1][:24] if isinstance(value, tuple) else None,
)
def test_a_wrong_job_stops_before_any_request(tmp_path, trap, change, said):
    """Wrong key, type, attribute, expression, token, URL: each with file, line and remedy; no secret is repeated."""
    url, seen = trap
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "job.toml").write_text(GOOD.format(url=url).replace(*change))
    result = provisioner("run", tmp_path / "job.toml")
    assert result.code == 2, result
    for part in said:
        assert part in result.err, result.err
    assert "s3cr3t-canary" not in result.out + result.err
    assert "Traceback" not in result.err
    assert seen == []
    document = provisioner("run", tmp_path / "job.toml", "--json").document
    assert document["exitCode"] == 2
    assert document["errors"][0]["message"]


@pytest.mark.parametrize("command", ["run", "test-connection"])
@pytest.mark.parametrize("token", ["", "   ", "s3cr3t-canary ", "\ts3cr3t-canary", "s3cr3t-canary\u00a0"])
def test_a_token_that_cannot_be_sent_as_it_is_stops_before_any_request(tmp_path, trap, command, token):
    """A variable that holds nothing, or blanks around the token: exit 2, and no output and no memory repeats it."""
    url, seen = trap
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "job.toml").write_text(GOOD.format(url=url))
    result = provisioner(command, tmp_path / "job.toml", REAL_LINKS_TOKEN=token)
    assert result.code == 2, result
    assert "target.token" in result.err
    assert "hint:" in result.err
    assert "s3cr3t-canary" not in result.out + result.err
    assert not any(b"s3cr3t-canary" in path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert seen == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("users.json", ""),
        ("users.json", '[{"id": "a"'),
        ("users.json", '[{"id": "a"}] ]'),
        ("users.json", "null"),
        ("users.json", '{"value": {}}'),
        ("users.json", '["a"]'),
        ("users.json", '{"value": [], "value": []}'),
        ("users.jsonl", '{"id": "a"}\n{"id"'),
        ("users.jsonl", '{"id" "a"}\n'),
        ("users.csv", "id,mail\na\n"),
        ("users.csv", "id,id\na,a\n"),
        ("users.csv", 'id,mail\n"a,b\n'),
        ("users.csv", "id,mail\na,\0\n"),
    ],
)
def test_a_file_of_a_snapshot_that_cannot_be_read_is_told_with_what_would_be_right(tmp_path, trap, name, content):
    """Torn, of another shape or none at all, in every format: file, line and remedy."""
    url, seen = trap
    (tmp_path / "job.toml").write_text(GOOD.format(url=url))
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "directory" / "users.json").unlink()
    (tmp_path / "directory" / name).write_text(content)
    result = provisioner("run", tmp_path / "job.toml", "--json")
    assert result.code == 2, result
    for error in result.document["errors"]:
        assert error["file"].endswith(name)
        assert error["line"]
        assert error["hint"]
    assert seen == []


def test_a_wrong_snapshot_stops_before_any_request(tmp_path, trap):
    """P5, F03: empty, torn, with a duplicate id or older: nothing is sent, and the memory stays as it was."""
    url, seen = trap
    (tmp_path / "job.toml").write_text(GOOD.format(url=url))
    people = [person(1), person(2)]
    for content in (
        "[]",
        json.dumps(people)[:-3],
        json.dumps([*people, person(1)]),
        json.dumps({"value": people, "@odata.nextLink": "https://graph"}),
        "<html>",
        "",
    ):
        directory(tmp_path / "directory", people)
        (tmp_path / "directory" / "users.json").write_text(content)
        result = provisioner("run", tmp_path / "job.toml")
        assert result.code == 2, (content, result)
        assert "users.json" in result.err
    assert seen == []


def test_missing_files_are_named(tmp_path):
    """The job file, or its snapshot."""
    assert "there is no such file" in provisioner("run", tmp_path / "nothing.toml").err
    assert provisioner("run", tmp_path).code == 2
    assert provisioner("run").code == 2


def test_a_second_run_on_the_same_state_leaves_politely(tmp_path, trap):
    """F04, P8: exit 6, and who holds it."""
    from provisioner.adapters.lock import StateLock

    url, _ = trap
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "job.toml").write_text(GOOD.format(url=url))
    with StateLock(str(tmp_path / "state.db")):
        result = provisioner("run", tmp_path / "job.toml", "--state", tmp_path / "state.db")
    assert result.code == 6
    assert "another run works on this state" in result.err


def test_a_state_of_another_job_is_refused(tmp_path, trap):
    """Lineage: exit 2 with the remedy; it is the input that is wrong, not the state."""
    url, _ = trap
    directory(tmp_path / "directory", [person(1)])
    (tmp_path / "job.toml").write_text(GOOD.format(url=url))
    (tmp_path / "other.toml").write_text(GOOD.format(url=url).replace("real-links", "another"))
    provisioner("run", tmp_path / "job.toml", "--state", tmp_path / "state.db")
    result = provisioner("run", tmp_path / "other.toml", "--state", tmp_path / "state.db")
    assert result.code == 2
    assert "real-links" in result.err
    assert "a state of its own" in result.err
