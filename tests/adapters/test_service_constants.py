"""The service's constants as they are shipped, and what a damaged file is told."""

from dataclasses import asdict
from pathlib import Path

import pytest

from provisioner.adapters.service_constants import load_constants, service_constants
from provisioner.model.errors import InputError
from tests.command import CONFIG

TEXT = (CONFIG / "service.toml").read_text(encoding="utf-8")


def test_the_shipped_figures_are_those_of_the_reference() -> None:
    """E90-E92: the ladders by name, the thresholds of the quarantine, its pace and its four weeks."""
    constants = service_constants()
    assert list(constants.ladders) == ["current", "how-provisioning-works", "quarantine-page", "2022"]
    assert asdict(constants.thresholds) == {"minimum": 5000, "share": 0.4, "failures": 40000, "total": 60000}
    assert constants.pace is constants.ladders["current"]
    assert constants.pace.drop_after.days == 28


def test_every_table_of_figures_names_its_source() -> None:
    """A figure without a citation is a guess."""
    assert TEXT.count("\nsource = ") == TEXT.count("\n[")


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("share = 0.4", "share = 40", "quarantine.share"),
        ("hours = [6, 12, 24]\nevery", "hours = [6, 24, 12]\nevery", "ladders.current.hours"),
        ("silences = 5", "silence = 5", "patience.silences"),
        ('pace = "current"', 'pace = "none"', ""),
        ("[patience]", "[patience", ""),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(tmp_path: Path, right: str, wrong: str, place: str) -> None:
    """Nothing runs by figures nobody published."""
    file = tmp_path / "service.toml"
    file.write_text(TEXT.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_constants(file)
    assert caught.value.place.file == str(file)
    assert (caught.value.place.path or "") == place
