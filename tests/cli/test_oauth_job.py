"""A job whose access tokens come from a token endpoint, through the command line."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import directory, person, provisioner

JOB = """
name = "real-links"
[source]
snapshot = "directory"
[target]
url = "{url}"
oauth = {{ token_url = "{tokens}/token", client_id = "me", client_secret = "env:CLIENT_SECRET" }}
[users]
mappings = [
  {{ target = "userName", source = "[userPrincipalName]", match = 1 }},
  {{ target = "active", source = "Not([IsSoftDeleted])" }},
]
"""


@pytest.fixture
def tokens():
    """A token endpoint that knows one secret, and the grants it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            asked.append(form)
            good = form["client_secret"] == ["the-right-secret"]
            answer = {"access_token": "an-access-token"} if good else {"error": "invalid_client"}
            body = json.dumps(answer).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("secret", "code", "created"), [("the-right-secret", 0, 1), ("a-wrong-secret", 5, 0)])
def test_a_job_with_client_credentials(tmp_path, tokens, secret, code, created):
    """The right secret provisions; a wrong one reads as refused credentials and quarantines (E91), and is not shown."""
    url, asked = tokens
    with SandboxServer(Sandbox("real-links", token="an-access-token", seed=1)) as server:
        directory(tmp_path / "directory", [person(1)])
        job = tmp_path / "job.toml"
        job.write_text(JOB.format(url=server.url, tokens=url))
        result = provisioner("run", job, "--json", CLIENT_SECRET=secret)
        assert result.code == code, result
        assert len(server.sandbox.users) == created
    assert asked
    assert secret not in result.out + result.err
