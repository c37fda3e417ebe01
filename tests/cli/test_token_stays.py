"""The token goes to the target and nowhere else, also when the target sends it back (F32, P9)."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.cli.test_bad_input import GOOD
from tests.command import TOKEN_VARIABLE, directory, person, provisioner

CANARY = "S3CR3T/8c1f0e4a-9d2b+canary=="


def _page(token: str) -> str:
    return f"<html><pre>Traceback: headers = {{'Authorization': '{token}'}}</pre></html>"


def _scim(token: str) -> str:
    slashed = token.replace("/", "\\/")
    return f'{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"bad {slashed}"}}'


@pytest.fixture
def echo():
    """A server that answers the probe and repeats the token in every other answer; and the tokens it was shown."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            seen.append(self.headers["Authorization"])
            body = '{"totalResults":0,"Resources":[]}'
            if "contoso" not in self.path:
                self.answer(200, body)
            elif "p1" in self.path:
                self.answer(500, _page(seen[-1]))
            elif "p2" in self.path:
                self.answer(400, _scim(seen[-1]))
            else:
                self.answer(302, "", location=f"https://other.example/?token={seen[-1]}")

        def answer(self, status, text, **headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/scim", seen
    server.shutdown()
    server.server_close()


def test_no_output_and_no_memory_holds_the_token(tmp_path, echo):
    """Every failure is told with its evidence, and in it the mask stands where the target repeated the token."""
    url, seen = echo
    directory(tmp_path / "directory", [person(number) for number in (1, 2, 3)])
    job = tmp_path / "job.toml"
    job.write_text(GOOD.format(url=url))
    commands = [("run", job), ("run", job, "--json"), ("logs", job, "--json"), ("status", job), ("logs", job)]
    results = [provisioner(*command, **{TOKEN_VARIABLE: CANARY}) for command in commands]
    assert set(seen) == {f"Bearer {CANARY}"}
    assert "********" in results[2].out
    told = "".join(result.out + result.err for result in results).encode()
    kept = b"".join(file.read_bytes() for file in (tmp_path / ".provisioner").rglob("*") if file.is_file())
    for spelling in (CANARY, CANARY.replace("/", "\\/"), "8c1f0e4a-9d2b"):
        assert spelling.encode() not in told
        assert spelling.encode() not in kept
