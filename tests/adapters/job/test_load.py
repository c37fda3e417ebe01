"""What a job file says becomes the Job."""

from datetime import timedelta
from pathlib import Path

import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.model.errors import JobInvalid
from provisioner.model.job import Apply, ClauseGroup, MappingKind
from provisioner.model.schema import ValueType
from provisioner.model.secret import SecretReference
from tests.adapters.job.conftest import Load, job_text


def test_what_is_left_out_has_the_portals_value(load: Load) -> None:
    """A short job is a complete one: assigned people, every 40 minutes, no threshold, every action."""
    job = load()
    assert (job.name, job.scope, job.interval) == ("real-links", "assigned", timedelta(minutes=40))
    limits = job.limits
    assert {limits.deletion_count, limits.deletion_share, limits.shrink_count, limits.shrink_share} == {None}
    assert job.users.actions == {"create", "update", "delete"}
    assert job.groups is None
    assert job.target.token == SecretReference("env", "TOKEN")
    assert job.warnings == ()


def test_every_setting_arrives(load: Load) -> None:
    """Each key of each table stands in the Job under its noun."""
    job = load(
        source='snapshot = "directory"\nallow_empty = true',
        target="""
            url = "http://scim.internal:8080/v2?aadOptscim062020=1"
            allow_plain_http = true
            ca_file = "ca.pem"
            proxy = "http://proxy.internal:3128"
            timeout = "90s"
            oauth = { token_url = "https://login.example.com/token", client_id = "c", client_secret = "file:secret" }
        """,
        more="""
            [scope]
            users = "all"
            skip_out_of_scope_deletions = true
            [limits]
            deletion_threshold = [25, "20%"]
            max_shrink = "30%"
            member_patches_in_flight = 1
            quarantine = { minimum = 5, share = "40%", failures = 10, total = 20 }
            [schedule]
            interval = "1h30m"
            [notification]
            to = ["a@example.com"]
            on_failure = false
            [notification.smtp]
            host = "mail.example.com"
            port = 2525
            from = "p@example.com"
            tls = "starttls"
            ca_file = "ca.pem"
            user = "svc"
            password = "env:SMTP"
            [state]
            url = "memory.db"
            durability = "process"
            keep = "7d"
            [fidelity]
            custom_schemas = "listed"
        """,
    )
    assert job.target.url == "http://scim.internal:8080/v2?aadOptscim062020=1"
    assert job.target.oauth is not None
    assert job.target.oauth.client_secret == SecretReference("file", "secret")
    assert job.target.timeout == timedelta(seconds=90)
    assert (job.scope, job.skip_out_of_scope_deletions, job.allow_empty) == ("all", True, True)
    limits = job.limits
    assert (limits.deletion_count, limits.deletion_share, limits.shrink_share) == (25, 0.2, 0.3)
    assert job.limits.quarantine == {"minimum": 5, "share": 0.4, "failures": 10, "total": 20}
    assert job.interval == timedelta(minutes=90)
    assert job.notification.smtp is not None
    assert (job.notification.smtp.sender, job.notification.smtp.password) == (
        "p@example.com",
        SecretReference("env", "SMTP"),
    )
    assert (job.state.durability, job.state.keep) == ("process", timedelta(days=7))
    assert job.fidelity.custom_schemas == "listed"


def test_paths_are_relative_to_the_job_file(load: Load, tmp_path: Path) -> None:
    """A job folder can be moved as a whole."""
    job = load(
        target='url = "https://a.example"\nca_file = "certificates/ca.pem"', more='[state]\nurl = "memory/real.db"'
    )
    assert Path(job.snapshot) == tmp_path / "directory"
    assert job.target.ca_file == str(tmp_path / "certificates/ca.pem")
    assert job.state.url == str(tmp_path / "memory/real.db")


def test_options_replace_the_jobs_keys_and_are_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One job runs against another endpoint and another snapshot without being edited."""
    file = tmp_path / "jobs" / "job.toml"
    file.parent.mkdir()
    file.write_text(job_text(source="", target=""))
    monkeypatch.chdir(tmp_path)
    job = load_job("jobs/job.toml", url="http://127.0.0.1:1/scim", token="file:secret", snapshot="people")
    assert job.target.url == "http://127.0.0.1:1/scim"
    assert job.target.token == SecretReference("file", str(tmp_path / "secret"))
    assert (job.snapshot, job.file) == (str(tmp_path / "people"), str(file))


def test_a_wrong_option_is_told_by_its_name(tmp_path: Path) -> None:
    """Nobody searches the file for a mistake made on the command line."""
    file = tmp_path / "job.toml"
    file.write_text(job_text())
    with pytest.raises(JobInvalid) as caught:
        load_job(str(file), url="ftp://a.example", token="hunter2")
    assert sorted(str(error.place) for error in caught.value.all()) == ["--token", "--url"]
    assert "hunter2" not in str(caught.value)


def test_the_four_kinds_of_mapping(load: Load) -> None:
    """Direct, expression, constant and none are told apart by what is written (E80)."""
    job = load(
        users="""mappings = [
          { target = "userName", source = " [userPrincipalName] ", match = 1, required = true },
          { target = "active", source = "Not([IsSoftDeleted])" },
          { target = "userType", constant = "Employee", apply = "create" },
          { target = "locale", default = "en-US" },
          { target = "urn:x:y:User:vip", constant = true, type = "Boolean" },
        ]"""
    )
    kinds = [(mapping.kind, mapping.source) for mapping in job.users.mappings]
    assert kinds == [
        (MappingKind.DIRECT, "[userPrincipalName]"),
        (MappingKind.EXPRESSION, "Not([IsSoftDeleted])"),
        (MappingKind.CONSTANT, "Employee"),
        (MappingKind.NONE, None),
        (MappingKind.CONSTANT, "True"),
    ]
    assert job.users.mappings[2].apply is Apply.CREATE
    assert job.users.mappings[3].default == "en-US"
    assert job.users.mappings[0].required
    assert [mapping.target.text for mapping in job.users.matching] == ["userName"]


def test_scims_own_attributes_know_their_type(load: Load) -> None:
    """A type is written for custom attributes only; without one they are Strings."""
    job = load(
        users="""mappings = [
          { target = "userName", source = "[userPrincipalName]", match = 1 },
          { target = "active", source = "Not([IsSoftDeleted])" },
          { target = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", source = "[manager]" },
          { target = "externalId", source = "[objectId]" },
          { target = "urn:x:y:User:level", source = "[extensionAttribute1]", type = "Integer" },
          { target = "urn:x:y:User:tags", source = "[proxyAddresses]", multivalued = true, case_exact = true },
        ]"""
    )
    types = [mapping.type for mapping in job.users.mappings]
    assert types == [
        ValueType.STRING,
        ValueType.BOOLEAN,
        ValueType.REFERENCE,
        ValueType.STRING,
        ValueType.INTEGER,
        ValueType.STRING,
    ]
    assert [mapping.case_exact for mapping in job.users.mappings] == [False, False, False, True, False, True]
    assert job.users.mappings[5].multivalued


def test_filters_and_actions(load: Load) -> None:
    """Clauses of one filter are kept together, filters stay alternatives (E82)."""
    job = load(
        users="""actions = ["create", "update"]
        mappings = [
          { target = "userName", source = "[userPrincipalName]", match = 1 },
          { target = "active", source = "Not([IsSoftDeleted])" },
        ]
        [[users.filter]]
        name = "Sales in Europe"
        clauses = [
          { attribute = "department", operator = "EQUALS", value = "Sales" },
          { attribute = "country", operator = "REGEX MATCH", value = "^(DE|FR|NL)$" },
        ]
        [[users.filter]]
        clauses = [ { attribute = "city", operator = "EQUALS", value = "Paris" } ]
        """
    )
    assert job.users.actions == {"create", "update"}
    assert [group.name for group in job.users.filter] == ["Sales in Europe", "filter 2"]
    assert [[(clause.attribute, clause.value) for clause in group.clauses] for group in job.users.filter] == [
        [("department", "Sales"), ("country", "^(DE|FR|NL)$")],
        [("city", "Paris")],
    ]
    assert isinstance(job.users.filter[0], ClauseGroup)


def test_groups_have_rules_of_their_own(load: Load) -> None:
    """The same path means another attribute in a group."""
    job = load(
        more="""[groups]
        mappings = [
          { target = "displayName", source = "[displayName]", match = 1 },
          { target = "members", source = "[members]" },
        ]"""
    )
    assert job.groups is not None
    assert [(mapping.type, mapping.multivalued) for mapping in job.groups.mappings] == [
        (ValueType.STRING, False),
        (ValueType.REFERENCE, True),
    ]


def test_windows_files_load(tmp_path: Path) -> None:
    """A byte order mark and CRLF line ends are no mistakes of the writer."""
    file = tmp_path / "job.toml"
    file.write_bytes(b"\xef\xbb\xbf" + job_text().replace("\n", "\r\n").encode())
    assert load_job(str(file)).name == "real-links"


@pytest.mark.parametrize(
    ("written", "seconds"), [("40m", 2400), ("1h30m", 5400), ("90s", 90), ("1d", 86400), ("1d2h3m4s", 93784)]
)
def test_durations(load: Load, written: str, seconds: int) -> None:
    """The notation people know from other tools."""
    assert load(more=f'[schedule]\ninterval = "{written}"').interval == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("written", "count", "share"),
    [("25", 25, None), ("0", 0, None), ('"20%"', None, 0.2), ('[25, "20%"]', 25, 0.2), ('["2.5%"]', None, 0.025)],
)
def test_thresholds(load: Load, written: str, count: int | None, share: float | None) -> None:
    """A count, a share, or both (E94)."""
    limits = load(more=f"[limits]\ndeletion_threshold = {written}\nmax_shrink = {written}").limits
    assert (limits.deletion_count, limits.deletion_share) == (count, share)
    assert (limits.shrink_count, limits.shrink_share) == (count, share)
