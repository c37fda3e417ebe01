"""Notices as mail, against a real mail server (E95)."""

import asyncio
import socket
import ssl
import traceback
from dataclasses import replace

import pytest
import trustme

from provisioner.adapters.mail import ATTEMPTS, MailNotifier
from provisioner.model.errors import Undelivered
from provisioner.model.job import Smtp
from provisioner.model.notice import Notice
from provisioner.model.secret import Secret
from tests.engine.worlds import NOON
from tests.mail import mail_server

CANARY = "S3CR3T-4f1c/+\u0026x"
NOTICE = Notice("Provisioning job test is in quarantine", "Größe: ж\n.\nend\n", NOON, "test.Unknown.1")
TO = ("team@example.com", "second@example.com")


async def send(server, *, password=None, to=TO, notice=NOTICE, host="127.0.0.1", **smtp):
    settings = Smtp(host=host, sender="provisioner@example.com", port=server.port, **smtp)
    notifier = MailNotifier(settings, to, Secret(password) if password else None, pause=0)
    await asyncio.to_thread(notifier.send, notice)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory):
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def context(authority, host="127.0.0.1"):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(made)
    return made


async def test_a_mail_arrives_as_it_was_written():
    """Whatever letters and lines it has; with the headers a mail must have, and one that tells robots not to answer."""
    async with mail_server() as server:
        await send(server)
    (mail,) = server.messages
    assert mail.get_content().replace("\r\n", "\n") == NOTICE.text
    assert server.recipients == [list(TO)]
    assert (mail["From"], mail["To"], mail["Subject"]) == ("provisioner@example.com", ", ".join(TO), NOTICE.subject)
    assert (mail["Date"], mail["Message-ID"]) == ("Sat, 31 Jan 2026 12:00:00 +0000", "<test.Unknown.1@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_user_and_password_travel_encrypted(authority, ca_file, tls):
    """Either way, by a private certificate authority too."""
    async with mail_server(**{tls: context(authority)}, password=CANARY) as server:
        await send(server, tls=tls, ca_file=ca_file, user="svc", password=CANARY)
    assert (server.logins, server.encrypted) == ([("svc", CANARY)], [True])


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("trouble", ["unknown authority", "another host"])
async def test_a_certificate_that_is_not_right_gets_no_password(authority, ca_file, tls, trouble):
    """F17: verified always, and at once final."""
    name = "elsewhere.example" if trouble == "another host" else "127.0.0.1"
    trusted = ca_file if trouble == "another host" else None
    async with mail_server(**{tls: context(authority, name)}, password=CANARY) as server:
        with pytest.raises(Undelivered, match="certificate verify failed"):
            await send(server, tls=tls, ca_file=trusted, user="svc", password=CANARY)
    assert (server.logins, server.messages) == ([], [])


async def test_a_server_without_starttls_gets_nothing(ca_file):
    """No way back to plain text."""
    async with mail_server(password=CANARY) as server:
        with pytest.raises(Undelivered, match="STARTTLS"):
            await send(server, tls="starttls", ca_file=ca_file, user="svc", password=CANARY)
    assert (server.logins, server.messages) == ([], [])


@pytest.mark.parametrize("password", [CANARY, f"{CANARY}é"])
async def test_a_refused_password_is_in_no_message(password):
    """F32: not even when the server repeats it, or when it cannot be sent."""
    async with mail_server(password="another") as server:
        with pytest.raises(Undelivered) as caught:
            await send(server, user="svc", password=password)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert CANARY not in shown
    assert "password" in caught.value.message


async def test_a_password_a_server_repeats_later_is_masked():
    """F32: whatever it refuses."""
    async with mail_server(password=CANARY, answers=[f"554 no, {CANARY}"]) as server:
        with pytest.raises(Undelivered) as caught:
            await send(server, user="svc", password=CANARY)
    assert "554" in caught.value.message
    assert CANARY not in str(caught.value)


async def test_what_passes_is_tried_again_and_the_mail_arrives_once():
    """A server that is busy for a moment."""
    async with mail_server(answers=["451 busy"] * (ATTEMPTS - 1)) as server:
        await send(server)
    assert (len(server.messages), server.sessions) == (1, ATTEMPTS)


async def test_what_does_not_pass_is_not_tried_again():
    """A refusal is a refusal."""
    async with mail_server(answers=["554 no"]) as server:
        with pytest.raises(Undelivered, match="554 no"):
            await send(server)
    assert server.sessions == 1


async def test_a_recipient_nobody_knows_does_not_keep_the_mail_from_the_others():
    """And the sender is told who did not get it."""
    async with mail_server(unknown=TO[1:]) as server:
        with pytest.raises(Undelivered, match=r"second@example\.com"):
            await send(server)
        assert server.recipients == [[TO[0]]]
        with pytest.raises(Undelivered, match="every recipient"):
            await send(server, to=TO[1:])


async def test_nobody_listens():
    """It says where nobody did, and what to look at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
        async with mail_server() as server:
            with pytest.raises(Undelivered) as caught:
                await send(replace(server, port=closed))
    assert caught.value.place.path == f"127.0.0.1:{closed}"
    assert "smtp" in caught.value.hint
