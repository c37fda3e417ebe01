"""A full life of a company against three servers in both dialects: the wire text, and what failed and why."""

import os
from pathlib import Path

import pytest

from tests.targets.company import LIFE
from tests.targets.life import DIALECTS, SERVERS, Lived, lived_at
from tests.targets.wanted import GONE

GOLDEN = Path(__file__).parent / "golden"
SCIM = "SystemForCrossDomainIdentityManagement"

Run = tuple[str, str]
"""A server and a dialect."""

WHY = {
    "missing element": (f"{SCIM}BadRequest", "Create the element when a value path selects none"),
    "string manager": (f"{SCIM}BadRequest", "Take the manager as a bare id"),
    "string boolean": (f"{SCIM}BadRequest", 'Take the texts "True" and "False" as booleans'),
    "legacy removal": (f"{SCIM}BadRequest", "Let Remove with path members take away the members in its value"),
    "case-sensitive filter": (f"{SCIM}ServiceIncompatibleFiltering", "compare case-sensitively"),
}
"""Why an object fails: the portal's code, and the sentence that names the usual cause."""

FAILURES: dict[Run, dict[str, str]] = {
    ("sandbox", "default"): {},
    ("sandbox", "flag"): {},
    # Strict on paths and types, but it takes the texts "True" and "False".
    ("scim2-server", "default"): {
        "fay": "missing element",
        "hal": "missing element",
        "ben": "string manager",
        "cleo": "string manager",
        "Engineers": "legacy removal",
        "Everybody": "legacy removal",
    },
    # The flag names a removed member in the path; all else stays as strict.
    ("scim2-server", "flag"): {
        "fay": "missing element",
        "hal": "missing element",
        "ben": "string manager",
        "cleo": "string manager",
    },
    # Names are unique in whatever letters, but a filter compares letter by letter.
    ("scimmy", "default"): {
        "fay": "case-sensitive filter",
        "hal": "missing element",
        "ben": "string manager",
        "cleo": "string manager",
        "dan": "string boolean",
        "eve": "string boolean",
        "gus": "string boolean",
    },
    ("scimmy", "flag"): {
        "fay": "case-sensitive filter",
        "hal": "missing element",
        "ben": "string manager",
        "cleo": "string manager",
    },
}
"""Run -> who fails at some time in it, and why. Everybody else never fails."""

NOTHING_BUT_A_NAME = {"active", "displayName", "title", "externalId", "familyName"} | {
    *("email", "department", "employeeNumber"),
}
STRICT = {"fay": NOTHING_BUT_A_NAME, "hal": {"city", "mobile"}, "cleo": {"manager"}}

LEFT: dict[Run, dict[str, set[str]]] = {
    ("sandbox", "default"): {},
    ("sandbox", "flag"): {},
    ("scim2-server", "default"): STRICT | {"Engineers": {"ada", "ben", "dan", "eve", "fay"}, "Everybody": {GONE}},
    ("scim2-server", "flag"): STRICT,
    # Who has no account is in no group either (E60).
    ("scimmy", "default"): STRICT | {"eve": {"active"}, "Everybody": {"fay"}},
    ("scimmy", "flag"): STRICT | {"Everybody": {"fay"}},
}
"""Run -> in what the server differs from the directory at the end: only in what those who failed were to get."""


@pytest.fixture(scope="module", params=[(server, dialect) for server in SERVERS for dialect in DIALECTS], ids="-".join)
def run(request: pytest.FixtureRequest) -> Run:
    """Each server in each dialect."""
    found: Run = request.param
    return found


@pytest.fixture(scope="module")
def lived(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The run, once for all that is asked of it."""
    return lived_at(*run, tmp_path_factory.mktemp("life"))


def test_the_wire_text_is_the_golden(run, lived):
    """Every request in its order, and how it was answered. ACCEPT=1 rewrites what is expected: review it."""
    golden = GOLDEN / f"{'-'.join(run)}.http"
    if os.environ.get("ACCEPT"):
        golden.write_text(lived.text)
    assert lived.text == golden.read_text()


def test_every_failure_is_explained(run, lived):
    """Who fails, fails for the one reason that this server in this dialect gives; nobody else does."""
    expected = FAILURES[run]
    assert set(lived.failed) == set(expected)
    for name, seen in lived.failed.items():
        code, sentence = WHY[expected[name]]
        assert {told_code for told_code, _ in seen} == {code}, name
        assert all(sentence in action for _, action in seen), (name, seen)


def test_at_the_end_the_server_holds_what_the_directory_wants(run, lived):
    """But for what was refused; nobody who is out of the directory is active."""
    assert lived.left == LEFT[run]


def test_every_cycle_was_whole(lived):
    """A failing object neither ends a cycle nor makes the job ill."""
    assert [report.complete for report in lived.reports] == [True] * len(LIFE)
    assert all(report.quarantine is None for report in lived.reports)


def test_every_request_has_the_same_headers(lived):
    """E1-E5: the same few headers in one order, from the first probe to the last deletion."""
    common = "Authorization: Bearer s3cret\nADSCIMVersion: Date:{now}, ActivityId:{guid}"
    assert lived.reading == {common}
    assert lived.writing == {f"{common}\nContent-Type: application/scim+json; charset=utf-8"}
