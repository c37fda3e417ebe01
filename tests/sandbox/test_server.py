"""The server and what it remembers: the token, the wire, the thread, load and dump, ids."""

import socket
import subprocess
import sys
import threading

import httpx
import pytest

from provisioner.model.errors import InputError
from provisioner.sandbox import Sandbox, SandboxServer, build_app, serve
from tests.sandbox.client import CORE, ENTERPRISE, Scim


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic right", "bearer", "right"])
def test_a_wrong_token_is_refused(header):
    """401 as SCIM Error, on every path, and nothing is done."""
    headers = {"Authorization": header} if header else {}
    with SandboxServer(Sandbox("scim", token="right")) as server:
        for method, path in (("POST", "/Users"), ("GET", "/Schemas"), ("GET", "/nowhere")):
            response = httpx.request(method, server.url + path, headers=headers, json={"userName": "Ada"})
            assert (response.status_code, response.json()["status"]) == (401, "401")
        assert server.sandbox.users == {}


def test_the_right_token_opens():
    """And without a token anybody may come (every other test)."""
    with SandboxServer(Sandbox("scim", token="right")) as server, Scim(server, Authorization="Bearer right") as scim:
        scim.create()


def test_requests_are_remembered_as_they_stood_on_the_wire(scim):
    """Target, header names in their case and order, and both bodies, byte by byte (E1-E7)."""
    body = b'{"schemas":[],"userName":"ada"}'
    response = scim.http.post(
        "/Users?aadOptscim062020",
        content=body,
        headers={"ADSCIMVersion": "5.0", "content-TYPE": "application/scim+json"},
    )
    scim.find('userName eq "a@b"')

    first, second = scim.sandbox.requests
    assert (first.method, first.path, first.body) == ("POST", "/scim/v2/Users?aadOptscim062020", body)
    assert (first.status, first.response) == (201, response.content)
    names = [name for name, _ in first.headers]
    assert names.index("ADSCIMVersion") < names.index("content-TYPE")
    assert dict(first.headers)["ADSCIMVersion"] == "5.0"
    assert second.path == "/scim/v2/Users?filter=userName+eq+%22a%40b%22"


def test_the_application_also_runs_under_any_asgi_server():
    """build_app needs nothing of our server; header names then come in lower case."""
    import asyncio

    sandbox = Sandbox("scim")

    async def talk() -> httpx.Response:
        transport = httpx.ASGITransport(build_app(sandbox))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.example/scim/v2") as client:
            return await client.post("/Users", json={"userName": "ada"})

    response = asyncio.run(talk())
    assert response.json()["meta"]["location"].startswith("http://sandbox.example/scim/v2/Users/")
    assert sandbox.requests[0].headers[0][0] == "host"


def test_a_server_leaves_nothing_behind():
    """Its thread ends and its port is free for the next one."""
    before = threading.active_count()
    with SandboxServer(Sandbox("scim")) as server:
        port = server.port
        assert server.url == f"http://127.0.0.1:{port}/scim/v2"
        with httpx.Client() as client:
            assert client.get(server.url + "/Users").status_code == 200
    assert threading.active_count() == before

    with SandboxServer(Sandbox("scim"), port=port) as server:
        assert httpx.get(server.url + "/Users").status_code == 200


def test_a_server_stops_although_clients_hang_on():
    """One connection idles, one waits for an answer that never comes: both are closed, neither holds the end up."""
    arrived = threading.Event()
    sandbox = Sandbox("scim", faults=["stall"], on_request=lambda request: arrived.set())
    with SandboxServer(sandbox) as server:
        address = ("127.0.0.1", server.port)
        with socket.create_connection(address) as idle, socket.create_connection(address) as waiting:
            waiting.sendall(b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n")
            assert arrived.wait(5)
            server.__exit__(None, None, None)
            for connection in (idle, waiting):
                connection.settimeout(5)
                while connection.recv(4096):
                    pass


def test_a_port_in_use_says_so():
    """InputError with the address, the cause and a remedy, from both ways to serve."""
    with SandboxServer(Sandbox("scim")) as server:
        for start in (
            lambda: SandboxServer(Sandbox("scim"), port=server.port),
            lambda: serve(Sandbox("scim"), "127.0.0.1", server.port),
        ):
            with pytest.raises(InputError, match=str(server.port)) as caught:
                start()
            assert "--port" in caught.value.hint


def test_serve_ends_cleanly_on_ctrl_c():
    """SIGINT: exit code 0, no traceback."""
    import signal

    program = (
        "from provisioner.sandbox import *\n"
        "serve(Sandbox('scim', on_request=lambda request: print(readable(request), flush=True)), port=PORT)\n"
        "print('ended')"
    )
    with SandboxServer(Sandbox("scim")) as free:
        port = free.port
    command = [sys.executable, "-c", program.replace("PORT", str(port))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            assert client.get(f"http://127.0.0.1:{port}/scim/v2/Users").status_code == 200
        assert process.stdout.readline() == "GET /Users 200  found 0\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out, err) == (0, "ended\n", "")


def test_what_was_dumped_can_be_loaded(scim):
    """The target.json format: everything again, found by the same filters, under the same ids."""
    ada = scim.create("ada", **{ENTERPRISE: {"department": "D"}})
    scim.create_group(members=[{"value": ada["id"]}])
    dumped = scim.sandbox.dump()

    scim.sandbox.load({})
    assert scim.sandbox.dump() == {"Users": [], "Groups": []}
    assert scim.names('userName eq "ada"') == []

    scim.sandbox.load(dumped)
    assert scim.sandbox.dump() == dumped
    assert scim.find('userName eq "ada"').json()["Resources"] == [ada]


def test_loaded_resources_are_completed(scim):
    """An id, times and schemas are made for what has none; what is given stays."""
    scim.sandbox.load({"Users": [{"userName": "ada", ENTERPRISE: {"department": "D"}}, {"id": "2", "userName": "ben"}]})

    ada, ben = scim.sandbox.dump()["Users"]
    assert ada["schemas"] == [CORE, ENTERPRISE]
    assert len(ada["id"]) == 36
    assert ben["id"] == "2"
    assert ben["meta"]["resourceType"] == "User"


@pytest.mark.parametrize(
    "content",
    [
        {"Users": {}},
        {"Users": ["ada"]},
        {"Users": None},
        {"Users": [{"id": 7}]},
        {"Users": [{"meta": ""}]},
        {"Groups": [1]},
        {"People": []},
    ],
    ids=str,
)
def test_what_cannot_be_loaded_changes_nothing(scim, content):
    """InputError naming the place."""
    user = scim.create()

    with pytest.raises(InputError) as caught:
        scim.sandbox.load(content)

    assert str(caught.value.place) == next(iter(content))
    assert list(scim.sandbox.users) == [user["id"]]


def test_an_application_without_groups_loads_none(real_links):
    """InputError, as for any unknown kind of resource."""
    with pytest.raises(InputError, match="Groups"):
        real_links.sandbox.load({"Groups": []})


def test_an_unknown_application_says_which_there_are():
    """InputError with the two names."""
    with pytest.raises(InputError, match="real-links, scim"):
        Sandbox("realLinks")


def test_a_seed_makes_ids_repeatable():
    """Same seed, same guids; another seed, others."""
    one, two, other = (
        [sandbox.guid() for _ in range(3)] for sandbox in (Sandbox(seed=1), Sandbox(seed=1), Sandbox(seed=2))
    )

    assert one == two
    assert not set(one) & set(other)
    assert len(set(one)) == 3
