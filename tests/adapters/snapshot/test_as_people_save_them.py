"""One directory in the shapes in which answers of the Graph, and tables made of them, are saved."""

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.adapters.snapshot import open_source

ADA = {
    "id": "u1",
    "userPrincipalName": "ada@contoso.example",
    "businessPhones": ["+1 555", "+1 556"],
    "manager": {"id": "u2"},
    "onPremisesExtensionAttributes": {"extensionAttribute1": "Tools", "extensionAttribute2": None},
}
BOB = {"id": "u2", "userPrincipalName": "bob@contoso.example"}
GROUP = {"id": "g1", "displayName": "Editors", "members": ["u1", "u2"]}
ROLE = {"id": "r1", "value": "editor", "displayName": "Editor"}
ASSIGNMENT = {"principalId": "g1", "principalType": "Group", "appRoleId": "r1"}
PARTS = {"users": [ADA, BOB], "groups": [GROUP], "assignments": [ASSIGNMENT], "appRoles": [ROLE]}

TABLES = {
    "names with a dot": (
        "id, userPrincipalName, businessPhones[0], manager.id, onPremisesExtensionAttributes.extensionAttribute1\r\n"
        "u1,ada@contoso.example,+1 555,u2,Tools\r\nu2,bob@contoso.example,,,\r\n"
    ),
    "cells of JSON": (
        "id,userPrincipalName,businessPhones,manager,onPremisesExtensionAttributes\n"
        'u1,ada@contoso.example,"[""+1 555""]","{""id"": ""u2""}","{""extensionAttribute1"": ""Tools""}"\n'
        "u2,bob@contoso.example,,,\n"
    ),
    "lists with spaces": (
        "objectId,userPrincipalName,businessPhones,manager,extensionAttribute1\n"
        "u1,ada@contoso.example,+1 555 ; +1 556,u2,Tools\nu2,bob@contoso.example,,,\n"
    ),
}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "whole answers": {name: {"@odata.context": "…", "value": entries} for name, entries in PARTS.items()},
    "lists": PARTS,
    "null for none": {"users": [ADA, BOB], "groups": None, "assignments": None, "appRoles": None},
}


def ada_in(path: Path) -> Any:
    with open_source(str(path)).open() as snapshot:
        assert snapshot.summary.counts.users == 2
        return snapshot.user("u1")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_says_what_the_document_says(tmp_path, table):
    """E83: a column cannot hold an object, so it is called by the property inside it, or holds JSON."""
    (tmp_path / "users.csv").write_text(TABLES[table], newline="")
    ada = ada_in(tmp_path)
    assert ada.manager == "u2"
    assert (ada.attributes["telephoneNumber"], ada.attributes["extensionAttribute1"]) == ("+1 555", "Tools")


@pytest.mark.parametrize("members", ["u1;u2", "u1; u2", '"u1,u2"', '"[""u1"", ""u2""]"'])
def test_members_in_a_table_are_everybody_it_names(tmp_path, members):
    """Somebody read as "u1,u2" would leave both without access."""
    (tmp_path / "users.json").write_text(json.dumps([ADA, BOB]))
    (tmp_path / "groups.csv").write_text(f"id,displayName,members\ng1,Editors,{members}\n")
    with open_source(str(tmp_path)).open() as snapshot:
        assert snapshot.groups["g1"].members == ("u1", "u2")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_one_file_holds_lists_or_whole_answers(tmp_path, document):
    """A folder's files in one, as they were saved."""
    path = tmp_path / "directory.json"
    path.write_text(json.dumps(DOCUMENTS[document]))
    assert ada_in(path).name == "ada@contoso.example"
    with open_source(str(path)).open() as snapshot:
        assert list(snapshot.groups) == ([] if document == "null for none" else ["g1"])


@pytest.mark.parametrize("users", [[ADA, BOB], {"value": [ADA, BOB]}])
def test_one_file_may_hold_users_alone(tmp_path, users):
    """Who syncs everybody needs no more."""
    path = tmp_path / "users.json"
    path.write_text(json.dumps(users))
    assert ada_in(path).name == "ada@contoso.example"


def test_the_roles_of_an_application_are_found_where_graph_has_them(tmp_path):
    """/servicePrincipals/{id} answers with the application, and its appRoles in it."""
    (tmp_path / "users.json").write_text(json.dumps([ADA]))
    (tmp_path / "appRoles.json").write_text(json.dumps({"id": "app", "appRoles": [ROLE]}))
    with open_source(str(tmp_path)).open() as snapshot:
        assert snapshot.app_roles["r1"].value == "editor"


def test_an_empty_time_of_deletion_is_none(tmp_path):
    """E34: null and empty mean the same."""
    (tmp_path / "users.json").write_text(json.dumps([{**ADA, "deletedDateTime": ""}, BOB]))
    assert not ada_in(tmp_path).soft_deleted
