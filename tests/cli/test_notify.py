"""Those who look after a job hear of its quarantine, by mail, from the real command (E92, E95)."""

import asyncio
import sys
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, environment, person, provisioner
from tests.mail import mail_server

PASSWORD = "CANARY-7d1e"


@pytest.fixture
def endpoint():
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield server


def job(folder, url, port, notification=""):
    """The shipped job, with somebody to tell and thresholds two people reach."""
    directory(folder / "directory", [person(1), person(2)])
    text = (CONFIG / "real-links.toml").read_text().replace("http://127.0.0.1:8808/scim/v2", url)
    path = folder / "real-links.toml"
    smtp = f'host = "127.0.0.1", port = {port}, from = "p@example.com", user = "svc", password = "env:SMTP_PASSWORD"'
    path.write_text(
        f"{text}\n[limits]\nquarantine = {{ minimum = 1 }}\n"
        f'[notification]\nto = ["team@example.com"]\nsmtp = {{ {smtp} }}\n{notification}\n'
    )
    return path


async def command(*arguments, **variables):
    """Run the command while the mail server of this loop serves."""
    return await asyncio.to_thread(provisioner, *arguments, **{"SMTP_PASSWORD": PASSWORD, **variables})


async def test_one_mail_when_it_begins_and_another_when_the_reason_changes(tmp_path, endpoint):
    """E92: refused credentials, told once; then failing objects, told again; a success is not told."""
    async with mail_server(password=PASSWORD) as mail:
        path = job(tmp_path, endpoint.url, mail.port)
        for _ in range(2):
            assert (await command("run", path, "--anyway", REAL_LINKS_TOKEN="wrong")).code == 5
        assert [message["Subject"].rpartition(": ")[2] for message in mail.messages] == [
            "EncounteredQuarantineException"
        ]
        users = [{"id": str(n), "userName": f"p{n}@contoso.example", "active": True} for n in (1, 2)]
        endpoint.sandbox.load({"Users": users})
        endpoint.sandbox.set_faults(["empty-filters"])
        for _ in range(2):
            assert (await command("run", path, "--anyway")).code == 5
        assert len(mail.messages) == 2
        endpoint.sandbox.set_faults([])
    told = mail.messages[1].get_content()
    assert "still in quarantine, for another reason" in told
    assert "2 x SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering" in told
    assert f"provisioner logs {path} --status failure" in told


async def test_four_weeks_of_quarantine_are_one_mail(tmp_path, endpoint):
    """E92: told when it starts, tried less and less, disabled in the end."""
    async with mail_server(password=PASSWORD) as mail:
        path = job(tmp_path, endpoint.url, mail.port)
        arguments = ("start", path, "--simulate", "30d", "--now", "2026-01-01T00:00Z")
        assert (await command(*arguments, REAL_LINKS_TOKEN="wrong")).code == 5
        assert len(mail.messages) == 1
    assert (await command("status", path, "--json")).document["status"] == "Disabled"


async def test_a_mail_that_was_owed_when_the_process_was_killed_is_sent_by_the_next_run(tmp_path, endpoint):
    """E95, P1: killed between the commit of the quarantine and the mail, as the mail server is about to greet it.

    The next run sends the mail, once; this one is of a paused job and sends nothing else.
    """
    async with mail_server(password=PASSWORD) as mail:
        mail.greets.clear()
        path = job(tmp_path, endpoint.url, mail.port)
        dying = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "provisioner", "run", str(path)),
            env=environment(PYTHONPATH=str(PROJECT), SMTP_PASSWORD=PASSWORD, REAL_LINKS_TOKEN="wrong"),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await mail.called.wait()
        dying.kill()
        await dying.wait()
        mail.greets.set()
        asked = len(endpoint.sandbox.requests)
        await command("pause", path)
        for _ in range(2):
            assert (await command("run", path)).code == 0
    assert [message["Subject"].rpartition(": ")[2] for message in mail.messages] == ["EncounteredQuarantineException"]
    assert len(endpoint.sandbox.requests) == asked


async def test_a_mail_server_that_is_down_is_tried_again_at_the_next_run(tmp_path, endpoint):
    """E95: the cycle ends as it would; the same mail, of the same time, goes out when the server takes it."""
    async with mail_server(password=PASSWORD, answers=["554 not now"]) as mail:
        path = job(tmp_path, endpoint.url, mail.port)
        first = await command("run", path, "--json", REAL_LINKS_TOKEN="wrong")
        assert (first.code, first.document["quarantine"]["reason"]) == (5, "EncounteredQuarantineException")
        assert "the next run tries again" in first.err
        assert mail.messages == []
        second = await command("run", path, "--anyway", "--json", REAL_LINKS_TOKEN="wrong")
        assert (second.code, second.err) == (5, "")
        await command("run", path, "--anyway", REAL_LINKS_TOKEN="wrong")
    assert len(mail.messages) == 1
    assert parsedate_to_datetime(mail.messages[0]["Date"]) < datetime.fromisoformat(second.document["started"])


@pytest.mark.parametrize("trouble", ["refused", "no password", "switched off"])
async def test_mail_trouble_is_a_warning_without_secrets(tmp_path, endpoint, trouble):
    """The cycle ends as it would have ended; nobody who did not ask is warned."""
    async with mail_server(password="another") as mail:
        path = job(tmp_path, endpoint.url, mail.port, "on_failure = false" if trouble == "switched off" else "")
        variables = {"SMTP_PASSWORD": ""} if trouble == "no password" else {}
        result = await command("run", path, "--json", REAL_LINKS_TOKEN="wrong", **variables)
    assert (result.code, result.document["quarantine"]["reason"]) == (5, "EncounteredQuarantineException")
    assert ("nobody was told" in result.err) is (trouble != "switched off")
    assert PASSWORD not in result.out + result.err
    assert mail.messages == []


async def test_the_notification_can_be_tried_out(tmp_path, endpoint):
    """``--dry`` shows the mail of the present health; without it the same mail is sent."""
    async with mail_server(password=PASSWORD) as mail:
        path = job(tmp_path, endpoint.url, mail.port)
        shown = await command("notify", path, "--dry", "--json")
        assert (shown.code, shown.document["sent"], mail.sessions) == (0, False, 0)
        assert "trial" in shown.document["subject"]
        assert (await command("notify", path)).code == 0
        assert mail.messages[0].get_content().strip() == shown.document["text"].strip()
        await command("run", path, REAL_LINKS_TOKEN="wrong")
        shown = await command("notify", path, "--dry")
        assert "EncounteredQuarantineException" in shown.out
        assert "test-connection" in shown.out


async def test_trying_it_out_fails_when_the_mail_does(tmp_path, endpoint):
    """Exit 3, with the server's place and no password."""
    async with mail_server(password="another") as mail:
        result = await command("notify", job(tmp_path, endpoint.url, mail.port))
    assert (result.code, PASSWORD in result.err) == (3, False)
    assert f"127.0.0.1:{mail.port}" in result.err
