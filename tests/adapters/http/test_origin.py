"""The token goes to one origin only (P9): redirects, TLS, proxies, names that lead astray (F16-F18, F31)."""

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from provisioner.model.answer import Done, FaultKind, Found, Refused
from provisioner.model.errors import JobInvalid
from provisioner.model.question import Question
from tests.adapters.http.servers import (
    CANARY,
    CREATE,
    MODIFY,
    QUESTIONS,
    READ,
    answering,
    http,
    request,
    serving,
    silence,
    target,
)

FOUND = http("200 OK", b'{"id":"7"}')


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:{port}/x", "//127.0.0.1:{port}/x", "http://me@127.0.0.1:{port}/", "//localhost:{port}"],
)
async def test_redirects_are_shown_and_not_followed(status: str, location: str) -> None:
    """F16: the second server sees no connection, whatever the redirect looks like."""
    async with serving(answering(FOUND)) as other:
        where = location.format(port=other.port)
        async with serving(answering(http(status, b"", f"Location: {where}"))) as server, target(server.url) as client:
            for question in QUESTIONS:
                answer = await client.ask(question)
                assert isinstance(answer, Refused)
                assert (answer.fault.kind, answer.fault.status) == (FaultKind.REDIRECT, int(status[:3]))
                assert where in answer.fault.detail
            assert client.requests == len(QUESTIONS)
        assert other.connections == 0


@pytest.mark.parametrize("location", ["", "Location: /Users/7", "Location: \x1b[31m"])
async def test_odd_redirects(location: str) -> None:
    """F16, F33: to itself, to nowhere, or with control characters: refused, and safe to show."""
    async with serving(answering(http("302 Found", b"", *filter(None, [location])))) as server, target(server.url) as c:
        answer = await c.ask(READ)
    assert isinstance(answer, Refused)
    assert answer.fault.detail.isprintable()
    assert server.connections <= 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def serving_with(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


async def test_a_private_authority_by_file(authority: trustme.CA, ca_file: str) -> None:
    """F17: a private CA is named in the job; then everything is as usual."""
    tls = serving_with(authority.issue_cert("127.0.0.1"))
    async with serving(answering(FOUND), tls=tls) as server, target(server.url, ca_file=ca_file) as client:
        assert isinstance(await client.ask(READ), Found)
    assert CANARY.encode() in server.received


def old_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = serving_with(authority.issue_cert("127.0.0.1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context


def expired(authority: trustme.CA) -> ssl.SSLContext:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    return serving_with(authority.issue_cert("127.0.0.1", not_after=yesterday))


BAD_TLS = {
    "expired": (expired, "expired"),
    "wrong host": (lambda ca: serving_with(ca.issue_cert("other.example")), "IP address mismatch"),
    "unknown authority": (lambda _: serving_with(trustme.CA().issue_cert("127.0.0.1")), "issuer"),
    "older than TLS 1.2": (old_tls, ""),
}


@pytest.mark.parametrize(("make", "reason"), BAD_TLS.values(), ids=BAD_TLS)
async def test_bad_tls_is_refused_before_the_token_leaves(
    make: object, reason: str, authority: trustme.CA, ca_file: str
) -> None:
    """F17: verification is always on; the reason is told, and the server learns nothing."""
    tls = make(authority)  # type: ignore[operator]
    async with serving(answering(FOUND), tls=tls) as server, target(server.url, ca_file=ca_file) as client:
        answer = await client.ask(CREATE)
        assert client.requests == 0
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.TLS
    assert reason in answer.fault.detail
    assert not server.received


async def test_a_self_signed_certificate_without_a_ca_file(authority: trustme.CA) -> None:
    """F17: the public authorities alone are trusted unless the job names others."""
    tls = serving_with(authority.issue_cert("127.0.0.1"))
    async with serving(answering(FOUND), tls=tls) as server, target(server.url) as client:
        answer = await client.ask(READ)
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.TLS
    assert not server.received


async def test_plain_http_behind_an_https_url(ca_file: str) -> None:
    """F17: the token never goes out in the clear because the other side speaks no TLS."""
    async with (
        serving(answering(FOUND)) as server,
        target(f"https://127.0.0.1:{server.port}", ca_file=ca_file) as client,
    ):
        answer = await client.ask(READ)
    assert isinstance(answer, Refused)
    assert CANARY.encode() not in server.received


async def test_a_handshake_that_stalls(ca_file: str) -> None:
    """F17: nothing of the request was sent, so nothing happened."""
    async with (
        serving(silence) as server,
        target(f"https://{server.address}", ca_file=ca_file, seconds=0.2) as client,
    ):
        answer = await client.ask(CREATE)
    assert isinstance(answer, Refused)
    assert answer.fault.kind is FaultKind.NOT_SENT


def test_a_ca_file_that_cannot_be_used(tmp_path: Path) -> None:
    """The job is wrong, and says where."""
    (tmp_path / "empty.pem").write_text("no certificate")
    for path in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(JobInvalid, match=r"target\.ca_file"):
            target("https://127.0.0.1", ca_file=str(path))


def test_a_proxy_that_cannot_be_used() -> None:
    """The same for a proxy's URL."""
    with pytest.raises(JobInvalid, match=r"target\.proxy"):
        target("https://127.0.0.1", proxy="gopher://127.0.0.1")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[socket.socket]:
    """An environment full of traps; the socket is the proxy it names."""
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.setblocking(False)
        proxy = f"http://127.0.0.1:{trap.getsockname()[1]}"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
            monkeypatch.setenv(name.lower(), proxy)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password netrc-password\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        yield trap


async def test_the_environments_proxy_hears_nothing(environment: socket.socket) -> None:
    """F18: neither a proxy nor a .netrc of the environment is heeded."""
    async with serving(answering(FOUND)) as server, target(server.url) as client:
        assert isinstance(await client.ask(READ), Found)
    assert b"Bearer " + CANARY.encode() in server.received
    assert b"Basic" not in server.received
    with pytest.raises(BlockingIOError):
        environment.accept()


async def test_the_environments_certificates_are_not_trusted(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, ca_file: str
) -> None:
    """F18: SSL_CERT_FILE and SSL_CERT_DIR make nobody trustworthy."""
    monkeypatch.setenv("SSL_CERT_FILE", ca_file)
    monkeypatch.setenv("SSL_CERT_DIR", str(Path(ca_file).parent))
    tls = serving_with(authority.issue_cert("127.0.0.1"))
    async with serving(answering(FOUND), tls=tls) as server, target(server.url) as client:
        assert isinstance(await client.ask(READ), Refused)


async def test_the_jobs_own_proxy_for_http() -> None:
    """A proxy named in the job gets the whole URL, as RFC 9112 section 3.2.2 wants it."""
    async with serving(answering(FOUND)) as proxy, target("http://scim.localhost/v2", proxy=proxy.url) as client:
        assert isinstance(await client.ask(READ), Found)
    assert proxy.received.startswith(b"GET http://scim.localhost/v2/Users/7 HTTP/1.1\r\n")


async def test_the_jobs_own_proxy_for_https(authority: trustme.CA, ca_file: str) -> None:
    """With https the proxy learns host and port, and neither path nor token."""

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await request(reader)
        port = int(head.split(b" ")[1].split(b":")[1])
        ahead, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        inner = reader._reader  # type: ignore[attr-defined]
        try:
            await asyncio.gather(pipe(inner, back), pipe(ahead, writer))
        finally:
            back.close()

    tls = serving_with(authority.issue_cert("localhost"))
    async with serving(answering(FOUND), tls=tls) as server, serving(tunnel) as proxy:
        url = f"https://localhost:{server.port}/v2"
        async with target(url, proxy=proxy.url, ca_file=ca_file) as client:
            answer = await client.ask(READ)
        assert isinstance(answer, Found)
    assert server.received.endswith(b"\r\n\r\n")
    assert b"GET /v2/Users/7 HTTP/1.1\r\nHost: localhost" in server.received
    assert bytes(proxy.received).startswith(f"CONNECT localhost:{server.port} HTTP/1.1\r\n".encode())
    assert CANARY.encode() not in proxy.received


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.mark.parametrize("question", [READ, MODIFY])
async def test_a_name_that_leads_to_a_metadata_service(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    """F31: what counts is the address a connection really reached; nothing is sent to a forbidden one."""
    async with serving(answering(FOUND)) as server:
        port = server.port
        monkeypatch.setattr(
            "provisioner.adapters.http.transport.is_forbidden_address", lambda address: str(address) == "127.0.0.1"
        )
        async with target(f"http://localhost:{port}") as client:
            answer = await client.ask(question)
            assert client.requests == 0
        assert isinstance(answer, Refused)
        assert answer.fault.kind is FaultKind.NOT_SENT
        assert "metadata" in answer.fault.detail
        assert not server.received


async def test_urls_in_a_body_are_never_fetched() -> None:
    """F31: meta.location and $ref are text."""
    async with serving(answering(FOUND)) as other:
        ref = f"http://127.0.0.1:{other.port}/Users/7"
        body = b'{"id":"7","meta":{"location":"%b"},"manager":{"$ref":"%b"}}' % (ref.encode(), ref.encode())
        async with serving(answering(http("201 Created", body, f"Location: {ref}"))) as server, target(server.url) as c:
            assert isinstance(await c.ask(CREATE), Done)
        assert other.connections == 0
