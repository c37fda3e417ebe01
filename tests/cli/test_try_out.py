"""The commands to begin with: a sandbox that says where it is, a test of the connection, a demo that explains."""

import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, environment, provisioner


def test_the_sandbox_says_where_it_listens_before_the_first_request():
    """Port 0 takes a free one: who started it must learn which. Standard output holds the requests alone."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "provisioner", "sandbox", "--port", "0"],
        env=environment(PYTHONPATH=str(PROJECT)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stderr.readline()
        url = re.search(r"http://127\.0\.0\.1:[1-9][0-9]*/scim/v2", said).group()
        httpx.get(f"{url}/Users", trust_env=False)
    finally:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.splitlines() == ["GET /Users 200  found 0"]


def nobody():
    """A port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.mark.parametrize(
    ("faults", "token", "seen"),
    [((), "wrong", "401"), (("html-success",), "s3cret", "200"), (None, "s3cret", "no answer")],
)
def test_a_failed_test_of_the_connection_says_what_was_seen_and_what_to_check(faults, token, seen):
    """Whatever the fault looks like: URL, token, and the admin permission of the token's account."""
    with SandboxServer(Sandbox("real-links", token="s3cret", faults=faults or ())) as server:
        url = server.url if faults is not None else f"http://127.0.0.1:{nobody()}/scim"
        result = provisioner("test-connection", CONFIG / "real-links.toml", "--url", url, REAL_LINKS_TOKEN=token)
    assert result.code == 3
    shown, _, check = result.out.partition("check:")
    assert seen in shown.partition("seen:")[2]
    for what in ("URL", "token", "admin permission"):
        assert what in check


def test_a_console_that_lacks_a_letter_shows_its_number():
    """Names are no reason to end; a document is UTF-8 wherever it goes."""
    shown = provisioner("demo", PYTHONIOENCODING="ascii")
    assert shown.code == 0, shown
    assert "H\\u1ea1nh" in shown.out
    assert provisioner("demo", "--json", PYTHONIOENCODING="ascii").document[0]["counts"]["create"] == 7


def test_the_demo_explains_what_happened():
    """Three people change, by name, and what became of each is told in words."""
    result = provisioner("demo")
    assert result.code == 0, result
    for name in ("Hạnh", "Álvaro", "Aoife"):
        assert result.out.count(name) >= 2
    assert "disabled, not deleted" in result.out
    assert "no request was about them" in result.out
