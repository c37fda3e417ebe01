"""A story of the simulation can be written out as a scenario folder, and is then played by the program itself."""

import orjson
import pytest

from provisioner.wiring.scenarios import play
from tests.simulation.as_scenario import FAULTS, UNTELLABLE, write_scenario
from tests.simulation.kept import KEPT
from tests.simulation.simulated import GROUP
from tests.simulation.story import WAYS
from tests.simulation.test_state_machine import RULES
from tests.simulation.troubles import TROUBLES

ALL_KINDS = [
    *(("join", {}) for _ in range(3)),
    ("report", {"choice": 0, "to": 2}),
    ("form", {"group": 1, "members": [0, 1], "name": 1}),
    ("cycle", {}),
    ("rename", {"choice": 0}),
    ("move", {"choice": 1, "department": "Sales"}),
    ("cycle_with_an_ill_target", {"at": {3: "5xx"}}),
    ("edit_the_filter", {}),
    ("leave_or_return", {"choice": 0}),
    ("clock_jumps", {"days": 1, "hours": 2}),
    ("cycle", {}),
    ("pause", {}),
    ("soft_delete_or_restore", {"choice": 2}),
    ("resume", {}),
    ("edit_a_mapping", {}),
    ("restart", {"scopes": ["watermark"]}),
    ("throttle", {"minutes": 1, "retry_after": None}),
    ("lose_an_account", {"choice": 0}),
    ("torn_snapshot", {}),
    ("preview", {}),
    ("purge", {"choice": 1}),
]
"""Something of everything that can be told."""


TOLD_IN_FULL = [name for name, told in KEPT.items() if not UNTELLABLE & {event for event, _ in told}]


@pytest.mark.parametrize("name", TOLD_IN_FULL)
def test_a_kept_story_ends_as_in_the_simulation(tmp_path, name):
    """The real service on a virtual clock makes of the sandbox what the simulation made of its target."""
    world = write_scenario(KEPT[name], tmp_path / "story", name)
    assert play(tmp_path / "story", accept=True).title == name
    target = orjson.loads((tmp_path / "story" / "expected" / "target.json").read_bytes())
    assert {user["externalId"]: (user["userName"], user["active"]) for user in target["Users"]} == {
        body["externalId"]: (body["userName"], body["active"]) for body in world.accounts().values()
    }
    names = {target_id: body["userName"] for target_id, body in world.accounts().items()}
    assert {group["displayName"]: _names(group) for group in target["Groups"]} == {
        body["displayName"]: sorted(names[member["value"]] for member in body["members"])
        for body in world.accounts(GROUP).values()
    }


def _names(group):
    return sorted(member["value"].strip("{}") for member in group.get("members", ()))


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_told_can_be_played(tmp_path, way):
    """Every kind of event becomes something a scenario can say, and the folder is played twice alike."""
    folder = tmp_path / "story"
    write_scenario(ALL_KINDS, folder, "Something of everything", way)
    assert play(folder, accept=True).cycles > 8
    assert play(folder).passed
    assert "the clock" not in (folder / "timeline.toml").read_text()
    assert "# lose an account" in (folder / "timeline.toml").read_text()


def test_every_trouble_has_its_fault():
    """Whatever the simulated target may do to a question, the sandbox can do something like it."""
    assert set(FAULTS) == set(TROUBLES)
    assert {event for event, _ in ALL_KINDS} <= set(RULES)
