"""Every fact the program follows has a test that shows it, and every thin one a setting (``tests/facts.toml``)."""

import ast
import tomllib
from dataclasses import fields
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from provisioner.model.fidelity import Fidelity, describe
from tests.command import PROJECT, provisioner

FACTS = tomllib.loads((PROJECT / "tests/facts.toml").read_text())
NUMBERS = (
    *(f"E{number}" for number in chain(range(1, 59), range(59, 63), range(70, 74), range(80, 84), range(90, 97))),
    *(f"E{number}" for number in chain(range(100, 106), range(110, 113))),
    "E58b",
)
"""The reference numbers its facts with gaps between its sections."""


@cache
def defined_in(path: Path) -> frozenset[str]:
    """The test functions and methods a file defines, read without running it; a method by its name alone."""
    if not path.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text()))
    named = (node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in named if name.startswith("test_"))


def test_no_fact_is_left_out():
    """The table holds every number of the reference once, and no other."""
    assert FACTS.keys() == set(NUMBERS)
    for fact in FACTS.values():
        assert fact.keys() <= {"says", "evidence", "thin", "tests", "elsewhere"}
        assert fact["evidence"] in ("H", "M", "L")
        assert fact["says"]


@pytest.mark.parametrize("number", FACTS)
def test_a_fact_is_shown_by_tests_that_exist(number):
    """H and M need a test or a reason; whatever is named is there, and not twice."""
    fact = FACTS[number]
    shown = fact.get("tests", [])
    assert shown or fact["evidence"] == "L" or fact.get("elsewhere")
    assert len(set(shown)) == len(shown)
    for node in shown:
        file, _, name = node.partition("::")
        assert name in defined_in(PROJECT / file), f"{node} is no test"


def test_a_thin_fact_is_a_setting_and_a_setting_stands_for_a_fact():
    """Where the evidence is L the administrator can choose; every setting names its fact and the strength of it."""
    settings = describe()
    assert {fact for _, fact, _, _ in settings} <= FACTS.keys()
    assert all(evidence in ("H", "M", "L") and meaning for _, _, evidence, meaning in settings)
    thin = {number for number, fact in FACTS.items() if fact.get("thin") or fact["evidence"] == "L"}
    assert thin <= {fact for _, fact, _, _ in settings}
    assert {fact for _, fact, evidence, _ in settings if evidence == "L"} <= thin


def test_every_setting_steers_something():
    """A setting nobody reads would be a promise that is not kept."""
    trees = (ast.parse(file.read_text()) for file in (PROJECT / "provisioner").rglob("*.py"))
    read = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {setting.name for setting in fields(Fidelity)} <= read


def test_the_command_lists_every_setting_with_its_present_value(tmp_path):
    """``provisioner fidelity``: name, value, fact and evidence; a job's own values where it has some."""
    listed = provisioner("fidelity", "--json").document
    assert [(row["name"], row["fact"], row["evidence"]) for row in listed] == [row[:3] for row in describe()]
    values = {row["name"]: row["value"] for row in listed}
    assert (values["accept"], values["limits.member_patches_in_flight"]) == ("absent", 5)
    job = (PROJECT / "config/scim.toml").read_text() + 'accept = "application/scim+json"\n'
    (tmp_path / "job.toml").write_text(job.replace("# member_patches_in_flight = 5", "member_patches_in_flight = 1"))
    own = {row["name"]: row["value"] for row in provisioner("fidelity", tmp_path / "job.toml", "--json").document}
    assert (own["accept"], own["limits.member_patches_in_flight"]) == ("application/scim+json", 1)
