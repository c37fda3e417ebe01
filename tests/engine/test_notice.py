"""Whether and what is said of a job's health (E92, E95)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisioner.engine.notice import LONGEST, notice, present
from provisioner.model.job import Notification
from provisioner.model.outcome import ErrorInfo
from provisioner.model.report import Failure
from provisioner.model.service import QuarantineReason as Reason
from provisioner.model.state import Health, Quarantine
from tests.engine.worlds import NOON, job

LATER = NOON + timedelta(hours=1)
TOLD = job(notification=Notification(("team@example.com",)))
WELL = Health()


def ill(reason=Reason.EXCEPTION, message="The target answered 401."):
    return Health(quarantine=Quarantine(reason, message, NOON, LATER))


def failures(*codes):
    return tuple(Failure("User", "u1", "Ada Lovelace", ErrorInfo(code, "", "", "")) for code in codes)


def said(before, after, made=TOLD):
    return notice(made, before, after, LATER)


def test_a_quarantine_is_told_once():
    """E92: one e-mail when it starts; none while it lasts, and none when it ends."""
    assert said(WELL, ill()) is not None
    assert said(ill(), ill(message="The target answered 403.")) is None
    assert said(ill(), WELL) is None
    assert said(WELL, WELL) is None


def test_another_reason_is_told_again():
    """E92: and it says that it is another one."""
    again = said(ill(), ill(Reason.TOTAL_ESCROW))
    assert "still in quarantine" in again.subject
    assert Reason.TOTAL_ESCROW in again.subject


@pytest.mark.parametrize(
    "silent", [Notification(), Notification(("team@example.com",), on_failure=False)], ids=["nobody", "switched off"]
)
def test_who_did_not_ask_hears_nothing(silent):
    """E95: recipients, and the switch."""
    assert said(WELL, ill(), replace(TOLD, notification=silent)) is None


@pytest.mark.parametrize("reason", Reason)
def test_it_says_what_happened_to_which_job_since_when_and_what_to_do(reason):
    """For every reason there is."""
    made = said(WELL, ill(reason))
    assert "test" in made.subject
    assert reason in made.subject
    for part in ("The target answered 401.", "2026-01-31 12:00 UTC", "http://127.0.0.1:1/scim", "provisioner "):
        assert part in made.text


def test_failures_are_told_by_kind_without_names():
    """A mail travels and stays: it holds no personal data."""
    made = notice(TOLD, WELL, ill(Reason.BASE_ESCROW), LATER, failures("Timeout", "Timeout", "EntryConflict"))
    assert "2 x Timeout" in made.text
    assert "Ada" not in made.text


def test_what_a_target_said_is_one_line_of_the_text():
    """F33: neither line breaks nor text that runs backwards, and not more than can be read."""
    made = said(WELL, ill(message="a\r\nWhat to do: nothing\u202e" + "x" * 2 * LONGEST))
    (line,) = [line for line in made.text.splitlines() if line.startswith("What happened:")]
    assert "What to do: nothing" in line
    assert "\u202e" not in made.text
    assert len(line) < LONGEST + 20


def test_a_job_file_with_a_space_can_be_copied_to_a_shell():
    """The commands are meant to be run."""
    assert "'/my jobs/test.toml'" in said(WELL, ill(), replace(TOLD, file="/my jobs/test.toml")).text


def test_two_occasions_have_two_keys_and_one_has_one():
    """A repeated delivery is recognised, another notice is not taken for it."""
    assert said(WELL, ill()).key == said(WELL, ill()).key
    assert said(WELL, ill()).key != said(WELL, ill(Reason.UNKNOWN)).key


def test_the_present_health_can_be_told_at_any_time():
    """To try the notification out, on a healthy job too."""
    assert "trial" in present(TOLD, WELL, NOON).subject
    assert present(TOLD, ill(), NOON).text == said(WELL, ill()).text
