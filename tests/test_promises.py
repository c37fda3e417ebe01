"""The ten promises of the README: each names the test that shows it, and that test says so."""

import re

from tests.command import PROJECT
from tests.nodes import documentation

NAMES = [f"P{number}" for number in range(1, 11)]
ROW = re.compile(r"^\| (P\d+) \| ([^|]+) \| ([^|]+) \|$", re.M)
TABLE = {name: (said.strip(), re.findall(r"`(tests/[^`]+)`", shown)) for name, said, shown in ROW.findall(
    (PROJECT / "README.md").read_text()
)}  # fmt: skip


def test_every_promise_stands_in_the_readme_with_a_test():
    """P1 to P10, each once, in order, in words, and with a test at least."""
    assert list(TABLE) == NAMES
    assert all(said.endswith(".") and tests for said, tests in TABLE.values())


def test_the_tests_of_a_promise_exist_and_carry_its_name():
    """Whoever removes or renames such a test, or lets it show something else, is told here."""
    for name, (_, tests) in TABLE.items():
        for node in tests:
            assert documentation(node), f"{name}: there is no test {node}"
            assert re.search(rf"\b{name}\b", documentation(node)), f"{node} does not say that it shows {name}"


def test_a_test_that_is_not_there_would_be_noticed():
    """The test above can fail."""
    assert documentation("tests/test_promises.py::test_nothing_of_the_kind") == ""
    assert documentation("tests/test_nothing.py::test_every_promise_stands_in_the_readme_with_a_test") == ""
