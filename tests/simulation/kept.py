"""Stories that ended badly once, each told as Hypothesis shortened it; ``test_state_machine.py`` lives them again.

A story that fails says at the end of its failure what is to be added here.
"""

from typing import Final

from tests.simulation.story import Event

KEPT: Final[dict[str, list[Event]]] = {
    "who left a group unheard is taken out of it": [
        ("join", {}),
        ("join", {}),
        ("form", {"group": 1, "members": [0, 1], "name": 1}),
        ("crash", {"tick": 33, "at": {}}),
        ("form", {"group": 1, "members": [0], "name": 1}),
    ],
    "a plan knows of a restart that is asked for": [
        ("join", {}),
        ("cycle", {}),
        ("restart", {"scopes": ["escrows", "quarantine-state", "watermark"]}),
        ("preview", {}),
    ],
    "a plan knows of a purge after a lost create": [
        ("join", {}),
        ("crash", {"tick": 19, "at": {}}),
        ("purge", {"choice": 0}),
        ("preview", {}),
    ],
    "a plan knows the members of a group that comes back": [
        ("join", {}),
        ("form", {"group": 2, "members": [0], "name": 1}),
        ("cycle", {}),
        ("assign_group_or_not", {"choice": 0}),
        ("cycle", {}),
        ("assign_group_or_not", {"choice": 0}),
        ("preview", {}),
    ],
    "who came back unheard and was deleted is disabled": [
        ("join", {}),
        ("cycle", {}),
        ("leave_or_return", {"choice": 0}),
        ("cycle", {}),
        ("leave_or_return", {"choice": 0}),
        ("join", {}),
        ("crash", {"tick": 22, "at": {}}),
        ("soft_delete_or_restore", {"choice": 0}),
    ],
    "an account that was replaced takes its doubt with it": [
        ("join", {}),
        ("join", {}),
        ("cycle", {}),
        ("lose_an_account", {"choice": 0}),
        ("form", {"group": 1, "members": [1, 0], "name": 1}),
        ("cycle_with_an_ill_target", {"at": {6: "5xx, but done"}}),
        ("edit_the_filter", {}),
    ],
}
