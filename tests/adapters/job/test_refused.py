"""What is wrong with a job file is told with its place and what would be right, before anything is sent."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.model.errors import JobInvalid
from tests.adapters.job.conftest import MAPPINGS, Load, Refused, job_text

MATCH = '{ target = "userName", source = "[userPrincipalName]", match = 1 }'
ACTIVE = '{ target = "active", source = "Not([IsSoftDeleted])" }'


def mappings(*lines: str) -> str:
    return "mappings = [\n" + "".join(f"{line},\n" for line in (MATCH, ACTIVE, *lines)) + "]"


WRONG = {
    "unknown table": ({"more": "[shedule]"}, "shedule", "did you mean 'schedule'"),
    "unknown key": ({"target": 'url = "https://a.example"\ntokn = "env:T"'}, "target.tokn", "did you mean 'token'"),
    "unknown key of a mapping": (
        {"users": mappings('{ target = "title", sorce = "[jobTitle]" }')},
        "users.mappings[2].sorce",
        "did you mean 'source'",
    ),
    "missing table": ({"source": "", "target": ""}, "target.url", "add target.url"),
    "missing key": ({"source": ""}, "source.snapshot", "add source.snapshot"),
    "wrong type": ({"users": mappings('{ target = "title", source = 3 }')}, "users.mappings[2].source", "text"),
    "boolean for a number": (
        {"more": "[limits]\nmember_patches_in_flight = true"},
        "limits.member_patches_in_flight",
        "whole number",
    ),
    "number out of range": (
        {"more": "[limits]\nmember_patches_in_flight = 0"},
        "limits.member_patches_in_flight",
        "greater than",
    ),
    "unknown word": ({"more": '[scope]\nusers = "some"'}, "scope.users", "'assigned' or 'all'"),
    "unknown action": ({"users": 'actions = ["disable"]\n' + MAPPINGS}, "users.actions[0]", "'create'"),
    "name": ({"name": '"Real Links"'}, "name", "lower-case"),
    "literal secret": ({"target": 'url = "https://a.example"\ntoken = "abc"'}, "target.token", "env:NAME"),
    "both credentials": (
        {
            "target": 'url = "https://a.example"\ntoken = "env:A"\n'
            'oauth = { token_url = "https://a.example", client_id = "a", client_secret = "env:B" }'
        },
        "target.oauth",
        "keep one",
    ),
    "no mappings": ({"users": "mappings = []"}, "users.mappings", "userPrincipalName"),
    "mappings missing": ({"users": ""}, "users.mappings", "userPrincipalName"),
    "no matching attribute": ({"users": f"mappings = [{ACTIVE}]"}, "users", "match = 1"),
    "match of zero": (
        {"users": mappings('{ target = "externalId", source = "[mail]", match = 0 }')},
        "users.mappings[2].match",
        "greater than",
    ),
    "same precedence": (
        {"users": mappings('{ target = "externalId", source = "[mail]", match = 1 }')},
        "users.mappings[0]",
        "number",
    ),
    "matching cannot be filtered": (
        {"users": mappings('{ target = "externalId", source = "[mail]", match = 2, filterable = false }')},
        "users.mappings[2]",
        "filterable",
    ),
    "constant matching": (
        {"users": mappings('{ target = "externalId", constant = "x", match = 2 }')},
        "users.mappings[2]",
        "tells people apart",
    ),
    "mapped twice": (
        {"users": mappings('{ target = "USERNAME", source = "[mail]" }')},
        "users.mappings[2]",
        "mapped once",
    ),
    "mapped twice by its URN": (
        {"users": mappings('{ target = "urn:ietf:params:scim:schemas:core:2.0:User:userName", source = "[mail]" }')},
        "users.mappings[2]",
        "mapped once",
    ),
    "mapped twice by another spelling": (
        {
            "users": mappings(
                '{ target = "emails[type eq \\"work\\"].value", source = "[mail]" }',
                '{ target = "emails[type  eq \\"Work\\"].value", source = "[mail]" }',
            )
        },
        "users.mappings[3]",
        "mapped once",
    ),
    "default of another type": (
        {"users": mappings('{ target = "urn:x:y:User:vip", source = "[city]", default = "maybe", type = "Boolean" }')},
        "users.mappings[2].default",
        "True",
    ),
    "source and constant": (
        {"users": mappings('{ target = "title", source = "[mail]", constant = "x" }')},
        "users.mappings[2].constant",
        "keep one",
    ),
    "no value": ({"users": mappings('{ target = "title" }')}, "users.mappings[2]", "default"),
    "target path": ({"users": mappings('{ target = "a b", source = "[mail]" }')}, "users.mappings[2].target", "forms"),
    "filter operator": (
        {"more": '[[users.filter]]\nclauses = [{ attribute = "city", operator = "LIKE", value = "x" }]'},
        "users.filter[0].clauses[0]",
        "",
    ),
    "filter attribute": (
        {"more": '[[users.filter]]\nclauses = [{ attribute = "userType", operator = "EQUALS", value = "Guest" }]'},
        "users.filter[0].clauses[0]",
        "",
    ),
    "empty filter": ({"more": '[[users.filter]]\nname = "x"\nclauses = []'}, "users.filter[0].clauses", ""),
    "interval too short": ({"more": '[schedule]\ninterval = "59s"'}, "schedule.interval", "1m"),
    "threshold": ({"more": '[limits]\ndeletion_threshold = ["20%", "30%"]'}, "limits.deletion_threshold", "[25,"),
    "negative threshold": ({"more": "[limits]\ndeletion_threshold = -1"}, "limits.deletion_threshold", "write 0"),
    "share": ({"more": '[limits]\nmax_shrink = "120%"'}, "limits.max_shrink", "20%"),
    "ladder": ({"more": '[limits]\nescrow = "curent"'}, "limits.escrow", "did you mean 'current'"),
    "no ladder": ({"more": '[limits]\nescrow = "weekly"'}, "limits.escrow", "2022, current, how-provisioning-works"),
    "recipient": ({"more": '[notification]\nto = ["a@b.example,c@d.example"]'}, "notification.to[0]", "write it as"),
    "sender": (
        {"more": '[notification]\nsmtp = { host = "a", from = "p@example.com\\nBcc: x@y.example" }'},
        "notification.smtp.from",
        "write it as",
    ),
    "user without password": (
        {"more": '[notification]\nsmtp = { host = "a", from = "p@example.com", user = "svc" }'},
        "notification.smtp.password",
        "write both",
    ),
    "password without encryption": (
        {"more": '[notification]\nsmtp = { host = "a", from = "p@e.example", user = "s", password = "env:SMTP" }'},
        "notification.smtp.password",
        "starttls",
    ),
    "unknown fidelity": ({"more": '[fidelity]\ncustom_schema = "listed"'}, "fidelity.custom_schema", "custom_schemas"),
    "fidelity value": (
        {"more": '[fidelity]\ncustom_schemas = "both"'},
        "fidelity.custom_schemas",
        "'unlisted' or 'listed'",
    ),
}


@pytest.mark.parametrize(("parts", "path", "remedy"), WRONG.values(), ids=WRONG)
def test_each_mistake_is_told_with_place_and_remedy(
    refused: Refused, tmp_path: Path, parts: dict[str, str], path: str, remedy: str
) -> None:
    """Exit 2, with file, line, column, key path and what would be right."""
    finding = next(error for error in refused(**parts) if error.place.path == path)
    assert finding.place.file == str(tmp_path / "job.toml")
    lines = (tmp_path / "job.toml").read_text().splitlines()
    assert finding.place.line is not None
    assert finding.place.column is not None
    assert lines[finding.place.line - 1][finding.place.column - 1 :].strip()
    assert remedy in finding.hint or remedy in finding.message


def test_line_and_column_point_at_the_value(refused: Refused, tmp_path: Path) -> None:
    """An editor can jump to it, past comments, other tables and letters of several bytes."""
    users = mappings('# größer\n{ target = "title", default = "ü", source = "[jobTitle]", apply = "often" }')
    (finding,) = refused(users=users)
    assert (finding.place.line, finding.place.column) == next(
        (number + 1, line.index('"often"') + 1)
        for number, line in enumerate((tmp_path / "job.toml").read_text(encoding="utf-8").splitlines())
        if "often" in line
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(refused: Refused) -> None:
    """Nobody repairs a file one error at a time."""
    findings = refused(
        name='"A"', top="colour = 1", target='url = "ftp://a.example"', more='[schedule]\ninterval = "soon"'
    )
    assert [error.place.path for error in findings] == ["name", "colour", "target.url", "schedule.interval"]


def test_an_expression_is_shown_with_a_caret(refused: Refused) -> None:
    """The message holds the expression and marks the place in it; the error names the line in the file."""
    (finding,) = refused(users=mappings('{ target = "title", source = \'Join(" ", Nope([mail]))\' }'))
    assert finding.place.path == "users.mappings[2].source"
    assert "column 11 of the expression" in finding.message
    assert 'Join(" ", Nope([mail]))' in finding.message
    assert re.search(r"\n {10,}\^", finding.message)


@pytest.mark.parametrize(
    "name",
    ["", "../x", "/etc/passwd", "a\\u0000b", "a\\n", "CON", "-a", "a_b", "a.b", "ä", "a" * 64, "a b"],
)
def test_names_that_would_leave_their_folder(refused: Refused, name: str) -> None:
    """A name is matched whole, line end included (F34)."""
    assert [error.place.path for error in refused(name=f'"{name}"')] == ["name"]


@pytest.mark.parametrize(
    "written", ['""', '"40"', '"m"', '"40 m"', '"1m1h"', '"1m1m"', '"1.5h"', '"-1m"', "40", '"9999999999d"', '"４m"']
)
def test_what_is_not_a_duration(refused: Refused, written: str) -> None:
    """A number without unit, units out of order and endless times are no durations."""
    assert [error.place.path for error in refused(more=f"[schedule]\ninterval = {written}")] == ["schedule.interval"]


@pytest.mark.parametrize("place", ["target.token", "target.oauth.client_secret", "notification.smtp.password"])
@pytest.mark.parametrize("secret", ["S3CR3T-canary", "env:S3CR3T-canary", "Bearer:S3CR3T-canary", "file:"])
def test_a_literal_secret_is_refused_and_not_repeated(refused: Refused, place: str, secret: str) -> None:
    """Wherever a reference belongs, a pasted secret appears in no message (F32)."""
    target = 'url = "https://a.example"\n'
    oauth = 'oauth = {{ token_url = "https://a.example", client_id = "a", client_secret = "{}" }}'
    smtp = '[notification]\nsmtp = {{ host = "a", from = "b@c.example", password = "{}" }}'
    parts = {
        "target.token": {"target": f'{target}token = "{secret}"'},
        "target.oauth.client_secret": {"target": target + oauth.format(secret)},
        "notification.smtp.password": {"more": smtp.format(secret)},
    }[place]
    findings = refused(**parts)
    assert [error.place.path for error in findings] == [place]
    assert "S3CR3T" not in "".join(map(repr, findings)) + "".join(map(str, findings))


def test_a_password_in_the_url_is_not_repeated(refused: Refused) -> None:
    """The user part of a URL is a secret too (F32)."""
    findings = refused(target='url = "https://me:S3CR3T-canary@a.example"')
    assert [error.place.path for error in findings] == ["target.url"]
    assert "S3CR3T" not in "".join(map(str, findings))


FILES = {
    "not TOML": (b'name = "a"\n[target\n', 2),
    "cut in a text": (b'name = "real-li', 1),
    "not UTF-8": (b'name = "a"\n# \xff\n', 2),
    "duplicate key": (b'name = "a"\nname = "b"\n', 2),
    "nested without end": (b"a = " + b"[" * 100_000, 1),
    "too large": (b"#" * (4 * 1024 * 1024 + 1), None),
}


@pytest.mark.parametrize(("content", "line"), FILES.values(), ids=FILES)
def test_files_that_are_no_job(tmp_path: Path, content: bytes, line: int | None) -> None:
    """Any file gives an input error with its place, never a traceback."""
    file = tmp_path / "job.toml"
    file.write_bytes(content)
    with pytest.raises(JobInvalid) as caught:
        load_job(str(file))
    assert (caught.value.place.file, caught.value.place.line) == (str(file), line)
    assert caught.value.hint


@pytest.mark.parametrize("path", ["missing.toml", ".", "a\0b"])
def test_paths_that_are_no_file(tmp_path: Path, path: str) -> None:
    """A missing file and a directory say so."""
    with pytest.raises(JobInvalid) as caught:
        load_job(str(tmp_path / path))
    assert (caught.value.exit_code, bool(caught.value.hint)) == (2, True)


def test_tables_of_the_wrong_kind(tmp_path: Path) -> None:
    """A value where a table belongs is told as such, also when an option would go into it."""
    file = tmp_path / "job.toml"
    file.write_text('name = "a"\ntarget = 3\nsource = []\nusers = "all"\n')
    with pytest.raises(JobInvalid) as caught:
        load_job(str(file), url="https://a.example")
    assert [str(error.place.path) for error in caught.value.all()] == ["target", "source", "users"]
    assert "a table" in str(caught.value)


WARNED = {
    "E83": ('{ target = "userType", source = "[userType]" }', "users.mappings[2]: userType"),
    "free text": ('{ target = "urn:x:y:User:vip", source = "[department]", type = "Boolean" }', "fed free text"),
    "text constant": ('{ target = "urn:x:y:User:vip", constant = "maybe", type = "Boolean" }', "fed free text"),
    "constant of another type": ('{ target = "urn:x:y:User:n", constant = "many", type = "Integer" }', "whole number"),
    "text function": (
        '{ target = "urn:x:y:User:vip", source = "ToLower([department])", type = "Boolean" }',
        "fed free text",
    ),
}


@pytest.mark.parametrize(("line", "warning"), WARNED.values(), ids=WARNED)
def test_traps_are_told_and_do_not_stop(load: Load, line: str, warning: str) -> None:
    """What Entra accepts is accepted, with a warning that names the consequence."""
    (told,) = load(users=mappings(line)).warnings
    assert warning in told


@pytest.mark.parametrize("function", ["SingleAppRoleAssignment", "AssertiveAppRoleAssignmentsComplex"])
def test_roles_with_scope_all_are_told(load: Load, function: str) -> None:
    """E51: assignments are not read then; with assigned people nothing is said."""
    users = mappings(f'{{ target = "roles", source = "{function}([appRoleAssignments])" }}')
    (told,) = load(users=users, more='[scope]\nusers = "all"').warnings
    assert "do not flow with scope 'all' (E51)" in told
    assert load(users=users).warnings == ()


@pytest.mark.parametrize("active", ["", '{ target = "active", source = "Not([IsSoftDeleted])", apply = "create" },'])
def test_nobody_is_ever_disabled(load: Load, active: str) -> None:
    """IsSoftDeleted in no flowing mapping: losing scope does nothing in the target (E58)."""
    (told,) = load(users=f"mappings = [\n{MATCH},\n{active}\n]").warnings
    assert "nobody is ever disabled" in told


def test_account_enabled_where_is_soft_deleted_is_meant(load: Load) -> None:
    """The known trap: disabling on unassignment then silently stops."""
    told = load(users=f'mappings = [{MATCH}, {{ target = "active", source = "[accountEnabled]" }}]').warnings
    assert any("unassigning somebody no longer disables them" in warning for warning in told)


def test_a_correct_file_is_not_searched_for_positions(tmp_path: Path) -> None:
    """The TOML grammar is imported only when there is something to report."""
    file = tmp_path / "job.toml"
    file.write_text(job_text())
    program = (
        "import sys; from provisioner.adapters.job_toml import load_job; "
        f"load_job({str(file)!r}); sys.exit('tree_sitter' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
