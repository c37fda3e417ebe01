"""Real SCIM servers in processes of their own."""

import fcntl
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCIMMY = Path(__file__).parent / "targets" / "scimmy"

REAL_LINKS = "urn:ietf:params:scim:schemas:extension:real-links:2.0:User"
ATTRIBUTES = [
    "firstName",
    "lastName",
    "emailAddress",
    "phoneNumber",
    "title",
    "preferredLanguage",
    "organization",
    "department",
    "division",
    "location",
    "countryCode",
]


@dataclass(frozen=True)
class Server:
    """A running SCIM server and a way to look into it that does not go through the program under test."""

    url: str
    token: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One request with the standard library's client: the decoded body, or None."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text else None

    def users(self) -> dict[str, dict[str, Any]]:
        """Every user by name."""
        found = self.call("GET", "/Users?count=1000").get("Resources", [])
        assert len({user["userName"] for user in found}) == len(found), "a name appears twice"
        return {user["userName"]: user for user in found}

    def groups(self) -> dict[str, dict[str, Any]]:
        """Every group by name."""
        found = self.call("GET", "/Groups?count=1000").get("Resources", [])
        assert len({group["displayName"] for group in found}) == len(found), "a name appears twice"
        return {group["displayName"]: group for group in found}


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, token: str) -> Iterator[Server]:
    """A server process, from its first answer to its end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(url, token)
        _await(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            server.call("GET", "/ServiceProviderConfig")
            return
        except (urllib.error.HTTPError, json.JSONDecodeError):  # it may be one that misbehaves
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


_RUN_SCIM2_SERVER = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from scim2_server.testserver.cli import main
main()
"""


@contextmanager
def scim2_server(
    folder: Path, *, token: str = "s3cret", real_links: bool = True, package: Path | None = None
) -> Iterator[Server]:
    """PyPI's scim2-server, an independent and strict implementation, with the Real Links extension registered.

    :param package: a copy of its package to run instead of the installed one.
    """
    import scim2_server as installed

    package = package or Path(installed.__file__).parent
    resources = package / "resources"
    schemas = json.loads((resources / "default-schemas.json").read_text())
    types = json.loads((resources / "default-resource-types.json").read_text())
    if real_links:
        schemas.append(real_links_schema())
        user = next(entry for entry in types if entry["id"] == "User")
        user["schemaExtensions"].append({"schema": REAL_LINKS, "required": False})
    (folder / "schemas.json").write_text(json.dumps(schemas))
    (folder / "types.json").write_text(json.dumps(types))
    port = free_port()
    command = [
        *(sys.executable, "-c", _RUN_SCIM2_SERVER, str(package.parent)),
        *("--hostname", "127.0.0.1", "--port", str(port), "--bearer-token", token),
        *("--schema", str(folder / "schemas.json"), "--resource-type", str(folder / "types.json")),
    ]
    with running(command, f"http://127.0.0.1:{port}/v2", token) as server:
        yield server


@contextmanager
def scimmy(folder: Path, *, token: str = "s3cret") -> Iterator[Server]:
    """npm's scimmy behind scimmy-routers, an independent implementation that is strict on types.

    A test that needs it is skipped by name where it cannot be had.
    """
    install_scimmy()
    (folder / "schema.json").write_text(json.dumps(real_links_schema()))
    port = free_port()
    command = ["node", str(SCIMMY / "server.mjs"), str(port), token, str(folder / "schema.json")]
    with running(command, f"http://127.0.0.1:{port}/scim", token) as server:
        yield server


def install_scimmy() -> None:
    """Install what the lock names, unless that is done. Skips the test where there is no Node or no network."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("scimmy needs Node.js and npm, which this machine lacks")
    done, lock = SCIMMY / "node_modules" / ".package-lock.json", SCIMMY / "package-lock.json"
    with lock.open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # several workers may want it at once
        if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
            return
        command = [npm, "ci", "--no-audit", "--no-fund", "--prefix", str(SCIMMY)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip(f"scimmy cannot be installed: {told.stderr.strip().splitlines()[-1:]}")


def real_links_schema() -> dict[str, Any]:
    """The Real Links user extension as a SCIM schema: eleven optional strings."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": REAL_LINKS,
        "name": "RealLinksUser",
        "description": "Real Links user extension",
        "attributes": [
            {
                "name": name,
                "type": "string",
                "multiValued": False,
                "required": False,
                "caseExact": False,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "none",
                "description": name,
            }
            for name in ATTRIBUTES
        ],
    }
