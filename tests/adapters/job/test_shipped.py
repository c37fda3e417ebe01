"""The two ready jobs against the tables of the reference (section 8)."""

import re
from pathlib import Path

import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.model.job import MappingKind
from provisioner.model.path import ENTERPRISE_USER
from provisioner.model.schema import ValueType

CONFIG = Path(__file__).parents[3] / "config"
REAL_LINKS = "urn:ietf:params:scim:schemas:extension:real-links:2.0:User:"

REAL_LINKS_TABLE = {
    "userName": "[userPrincipalName]",
    "active": "Not([IsSoftDeleted])",
    f"{REAL_LINKS}firstName": "[givenName]",
    f"{REAL_LINKS}lastName": "[surname]",
    f"{REAL_LINKS}emailAddress": "[mail]",
    f"{REAL_LINKS}phoneNumber": "[telephoneNumber]",
    f"{REAL_LINKS}title": "[jobTitle]",
    f"{REAL_LINKS}preferredLanguage": "[preferredLanguage]",
    f"{REAL_LINKS}organization": "[companyName]",
    f"{REAL_LINKS}department": "[department]",
    f"{REAL_LINKS}division": "[extensionAttribute1]",
    f"{REAL_LINKS}location": "[physicalDeliveryOfficeName]",
    f"{REAL_LINKS}countryCode": "[country]",
}

DEFAULT_TABLE = {
    "userName": "[userPrincipalName]",
    "active": 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    "displayName": "[displayName]",
    "title": "[jobTitle]",
    'emails[type eq "work"].value': "[mail]",
    "preferredLanguage": "[preferredLanguage]",
    "name.givenName": "[givenName]",
    "name.familyName": "[surname]",
    "name.formatted": 'Join(" ", [givenName], [surname])',
    'addresses[type eq "work"].formatted': "[physicalDeliveryOfficeName]",
    'addresses[type eq "work"].streetAddress': "[streetAddress]",
    'addresses[type eq "work"].locality': "[city]",
    'addresses[type eq "work"].region': "[state]",
    'addresses[type eq "work"].postalCode': "[postalCode]",
    'addresses[type eq "work"].country': "[country]",
    'phoneNumbers[type eq "work"].value': "[telephoneNumber]",
    'phoneNumbers[type eq "mobile"].value': "[mobile]",
    'phoneNumbers[type eq "fax"].value': "[facsimileTelephoneNumber]",
    "externalId": "[mailNickname]",
    f"{ENTERPRISE_USER}:employeeNumber": "[employeeId]",
    f"{ENTERPRISE_USER}:department": "[department]",
    f"{ENTERPRISE_USER}:manager": "[manager]",
}


def test_real_links_has_its_thirteen_attributes() -> None:
    """Targets, sources, types and marks are those of the Real Links table."""
    job = load_job(str(CONFIG / "real-links.toml"))
    by_target = {mapping.target.text: mapping for mapping in job.users.mappings}
    assert {target: mapping.source for target, mapping in by_target.items()} == REAL_LINKS_TABLE
    assert {target for target, mapping in by_target.items() if mapping.required} == {"userName", "active"}
    assert {target for target, mapping in by_target.items() if mapping.filterable} == {"userName"}
    assert {target for target, mapping in by_target.items() if mapping.type is not ValueType.STRING} == {"active"}
    assert by_target["active"].type is ValueType.BOOLEAN
    assert [mapping.target.text for mapping in job.users.matching] == ["userName"]
    assert job.groups is None


def test_scim_has_the_default_mapping() -> None:
    """A non-gallery application's users, mapping by mapping and in order."""
    job = load_job(str(CONFIG / "scim.toml"))
    assert [(mapping.target.text, mapping.source) for mapping in job.users.mappings] == list(DEFAULT_TABLE.items())
    assert [mapping.target.text for mapping in job.users.matching] == ["userName"]
    direct = {mapping.target.text for mapping in job.users.mappings if mapping.kind is MappingKind.DIRECT}
    assert set(DEFAULT_TABLE) - direct == {"active", "name.formatted"}
    assert job.users.mappings[-1].type is ValueType.REFERENCE


@pytest.mark.parametrize("name", ["real-links", "scim"])
def test_a_shipped_job_has_nothing_to_warn_of(name: str) -> None:
    """A template that warns would teach people to overlook warnings."""
    job = load_job(str(CONFIG / f"{name}.toml"))
    assert (job.name, job.warnings, job.scope) == (name, (), "assigned")
    assert job.target.url == "http://127.0.0.1:8808/scim/v2"
    assert Path(job.snapshot) == CONFIG / "directory"


def test_the_examples_in_the_comments_are_right(tmp_path: Path) -> None:
    """Taking the comment sign from the examples of scim.toml gives a job that loads."""
    example = re.compile(r"# (?!schema|oauth)(?=\[\[|\]|\w+ = |  \{)")
    text = (CONFIG / "scim.toml").read_text(encoding="utf-8")
    (tmp_path / "scim.toml").write_text(
        "\n".join(example.sub("", line, count=1) if example.match(line) else line for line in text.splitlines())
    )
    job = load_job(str(tmp_path / "scim.toml"))
    assert (job.limits.deletion_count, job.limits.shrink_share, job.notification.smtp is None) == (25, 0.3, False)
    assert [len(group.clauses) for group in job.users.filter] == [2]
