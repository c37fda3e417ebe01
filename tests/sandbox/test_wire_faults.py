"""Faults below HTTP, seen from a raw socket and from httpx (F11-F13)."""

import socket

import httpx
import pytest

from tests.sandbox.client import MEDIA_TYPE, op


def exchange(scim, request: bytes, *, timeout: float = 5) -> bytes:
    """All the server sends until it closes the connection."""
    address = (scim.http.base_url.host, scim.http.base_url.port)
    with socket.create_connection(address, timeout=timeout) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def post(body: bytes) -> bytes:
    head = (
        f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def test_close_sends_not_one_byte(scim):
    """The connection ends; nothing is done; the request was seen without an answer."""
    scim.sandbox.set_faults(["close"])

    assert exchange(scim, post(b'{"userName":"Cyd"}')) == b""
    with pytest.raises(httpx.RemoteProtocolError):
        scim.http.get("/Users")

    assert scim.sandbox.users == {}
    assert [(seen.status, seen.response) for seen in scim.sandbox.requests] == [(0, b""), (0, b"")]


def test_drop_after_create_cuts_the_201(scim):
    """F12: the status line says 201, the body is shorter than Content-Length, and the user is there."""
    scim.sandbox.set_faults(["drop-after-create"])

    received = exchange(scim, post(b'{"userName":"Cyd"}'))

    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 ")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    assert 0 < len(body) < length
    assert [user["userName"] for user in scim.sandbox.users.values()] == ["Cyd"]
    assert scim.names('userName eq "Cyd"') == ["Cyd"]


def test_cut_body_cuts_every_body(scim):
    """F12: whatever was asked, httpx sees a connection closed too early."""
    user = scim.create()
    scim.sandbox.set_faults(["cut-body"])

    for send in (
        lambda: scim.http.get("/Users"),
        lambda: scim.http.get("/Users/nobody"),
        lambda: scim.patch(f"/Users/{user['id']}", op("Replace", "title", "x")),
    ):
        with pytest.raises(httpx.RemoteProtocolError):
            send()
    assert scim.sandbox.users[user["id"]]["title"] == "x"


def test_stall_does_nothing_and_says_nothing(scim):
    """F11: the client's own patience ends it, and nothing was done."""
    scim.sandbox.set_faults(["stall"])

    with pytest.raises(httpx.ReadTimeout):
        scim.http.post("/Users", json={"userName": "Cyd"}, timeout=0.2)

    assert scim.sandbox.users == {}


def test_stall_ends_with_a_gateway_timeout(scim):
    """For clients with more patience than the server."""
    scim.sandbox.set_faults(["stall=0.05"])

    assert scim.http.get("/Users").status_code == 504


def test_timeout_after_work_has_done_the_work(scim):
    """F11: the client hears nothing of a create that happened; reading goes on as ever."""
    scim.sandbox.set_faults(["timeout-after-work"])

    with pytest.raises(httpx.ReadTimeout):
        scim.http.post("/Users", json={"userName": "Cyd"}, timeout=0.2)

    assert scim.names('userName eq "Cyd"') == ["Cyd"]


def test_drip_sends_byte_by_byte(scim):
    """F13: the header at once, then one byte in each read, and the whole body in the end."""
    user = scim.create()
    scim.sandbox.set_faults(["drip=0.001"])

    with scim.http.stream("GET", f"/Users/{user['id']}") as response:
        chunks = list(response.iter_raw())

    assert len(chunks) > 10
    assert httpx.Response(200, content=b"".join(chunks)).json() == user


def test_a_drip_ends_when_the_client_leaves(scim):
    """The server does not go on for somebody who is gone, and answers others meanwhile."""
    scim.sandbox.set_faults(["drip=600"])

    with pytest.raises(httpx.ReadTimeout):
        scim.http.get("/Users", timeout=0.2)

    scim.sandbox.set_faults([])
    assert scim.http.get("/Users").status_code == 200
