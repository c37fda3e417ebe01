"""Whatever a directory or a target says, it moves no terminal and makes no line of ours (F33)."""

import json
import logging
import unicodedata

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from provisioner.cli.logging import configure
from provisioner.cli.output import Screen, printable
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, directory, person, provisioner

HOSTILE = '\x1b[2J\x1b[31mroot\x07 \u202egnp.exe\u2066 \x9b1m\r\n{"event": "all is well"}'
ORDERS = ("Cc", "Cf", "Zl", "Zp", "Cs")
"""Unicode categories of what a terminal obeys instead of showing it."""


def obeyed(text):
    return [letter for letter in text if letter != "\n" and unicodedata.category(letter) in ORDERS]


@given(st.text())
def test_what_is_shown_is_only_seen(text):
    """No control character, no text direction mark, one line, and not more than can be read."""
    shown = printable(text)
    assert obeyed(shown) == []
    assert "\n" not in shown
    assert shown == text or not text.isprintable()
    assert printable("a" * 5000) == "a" * 2048 + "…"


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none() | st.binary()))
def test_one_event_is_one_line(fields):
    """A log is read by machines line by line; a value is a value, whatever it holds."""
    line = structlog.processors.JSONRenderer(ensure_ascii=True)(
        logging.getLogger(), "warning", {**fields, "event": "x"}
    )
    assert isinstance(line, str)
    assert line.isprintable()
    assert line.isascii()
    assert json.loads(line)["event"] == "x"


def test_the_log_is_written_so(capsys):
    """The renderer of the property above is the one in use when nobody watches."""
    configure()
    structlog.get_logger().warning("a defect was met", name=HOSTILE)
    structlog.reset_defaults()
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["name"] == HOSTILE
    assert line.isascii()


def test_colons_are_no_pictures(capsys):
    """A URN such as urn:x:y is shown as it is written, not with a picture for ``:x:``."""
    Screen(stderr=False).print("urn:x:y:User:n is wrong, and [bold]:key:[/] too")
    assert capsys.readouterr().out == "urn:x:y:User:n is wrong, and :key: too\n"


@pytest.mark.parametrize("fault", [None, "html-errors"])
def test_no_name_and_no_page_moves_the_terminal(tmp_path, fault):
    """Somebody is called so, and a page of the target says so; every command shows it and obeys nothing."""
    people = [
        person(1, jobTitle=HOSTILE, displayName=HOSTILE),
        person(2, userPrincipalName=f"{HOSTILE}@contoso.example"),
    ]
    directory(tmp_path / "directory", people)
    with SandboxServer(
        Sandbox("real-links", token="s3cret", faults=[fault, "error-on=3:500"] if fault else ())
    ) as server:
        job = tmp_path / "job.toml"
        job.write_text((CONFIG / "real-links.toml").read_text().replace("http://127.0.0.1:8808/scim/v2", server.url))
        told = [
            provisioner(command, job, *more)
            for command, *more in (("plan",), ("run",), ("logs",), ("status",), ("explain", people[1]["id"]))
        ]
    assert all("root" in result.out for result in (told[0], told[2]))
    for result in told:
        assert obeyed(result.out + result.err) == [], result
        assert not any(line.startswith('{"event": "all is well"') for line in (result.out + result.err).splitlines())
