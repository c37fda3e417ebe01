"""Scenario folders: stories of weeks, what is expected of them, and a starter to begin with.

``written`` names every key of ``timeline.toml``, ``times`` its notations, ``read`` joins them to a Scenario,
``expected`` keeps what came, and ``starter`` makes a new folder.
"""

from provisioner.adapters.scenario.expected import expected_file, read_expected, write_expected
from provisioner.adapters.scenario.read import read_accounts, read_scenario, scenario_folders
from provisioner.adapters.scenario.starter import write_starter

__all__ = [
    "expected_file",
    "read_accounts",
    "read_expected",
    "read_scenario",
    "scenario_folders",
    "write_expected",
    "write_starter",
]
