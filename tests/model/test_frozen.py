"""Values: compared and hashed by what they hold, copied to be changed, and read-only to the type checker."""

from dataclasses import replace
from pathlib import Path

import pytest
from mypy import api

from provisioner.model.frozen import frozen

ROOT = Path(__file__).parents[2]


@frozen
class Place:
    """A value."""

    name: str
    line: int = 1


def test_values_of_the_same_fields_are_the_same_value() -> None:
    """They compare, hash and are replaced by their fields, as frozen dataclasses do."""
    assert Place("a") == Place("a", 1)
    assert {Place("a"), Place("a"), Place("b")} == {Place("a"), Place("b")}
    assert replace(Place("a"), line=2) == Place("a", 2)


def test_a_value_has_no_other_fields() -> None:
    """A misspelt field is an error, not a new attribute."""
    with pytest.raises(AttributeError):
        setattr(Place("a"), "column", 3)  # noqa: B010  (mypy would see the plain assignment)


def test_the_type_checker_refuses_to_change_one(tmp_path: Path) -> None:
    """Nothing stops a change when it runs, so that making a value stays cheap; the checker does."""
    code = tmp_path / "changes.py"
    code.write_text('from provisioner.model.outcome import Reference\n\nReference("manager", "x").path = "y"\n')

    told, _, status = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path), str(code)])

    assert status == 1
    assert 'Property "path" defined in "Reference" is read-only' in told
