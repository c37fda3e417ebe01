"""Ten promises under any story: people come, change and go, the target and the process fail, time jumps.

Hypothesis tells the story and shortens a bad one; what it found once is kept in ``kept.py`` and lived again each time.

====  ==========================================================================================
P1    ``Story.come_right``, the end of every story
P2    ``always.py``, after every event
P3    ``always.py``, after every event
P4    ``Story._live``, in every cycle
P5    ``Story.torn_snapshot`` and ``older_snapshot``
P6    ``Story.spoil``: the same cycle is lived in a copy in which she spoils nothing
P7    ``Story.preview``: the next cycle is planned in one copy and run in another
P8    ``Story.two_at_once``, with the lock the commands use
P9    No question holds a token, so no story can lose one: ``tests/adapters/http`` and ``tests/cli`` show it on the wire
P10   ``always.py``: every story is lived in two worlds, which must not differ in a byte
====  ==========================================================================================
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.simulation.kept import KEPT
from tests.simulation.story import WAYS, Story
from tests.simulation.troubles import TROUBLES

MOST_PEOPLE = 4
BUTTON = ("quarantine-state", "watermark", "escrows")

anyone = st.integers(0, MOST_PEOPLE - 1)
troubles = st.dictionaries(st.integers(0, 9), st.sampled_from(sorted(TROUBLES)), max_size=4)
minutes = st.sampled_from([1, 30, 60, 90])
asked_to_wait = st.sampled_from([None, 0.0, 5.0, 3600.0])


class Rule(NamedTuple):
    """When an event may happen, and what it may be told with."""

    when: Callable[[Story], Any]
    arguments: dict[str, st.SearchStrategy[Any]] = {}  # noqa: RUF012  (read only)


def _ever(story: Story) -> bool:
    return True


def _people(story: Story) -> bool:
    return bool(story.world.people)


def _groups(story: Story) -> bool:
    return bool(story.world.groups)


def _may_be_matched_anew(story: Story) -> bool:
    return story.at_rest and len(story.world.wanted()) == len(story.world.people)


RULES = {
    "join": Rule(lambda story: len(story.world.people) < MOST_PEOPLE),
    "rename": Rule(_people, {"choice": anyone}),
    "move": Rule(_people, {"choice": anyone, "department": st.sampled_from(["Research", "Sales"])}),
    "report": Rule(_people, {"choice": anyone, "to": anyone}),
    "leave_or_return": Rule(_people, {"choice": anyone}),
    "disable_or_enable": Rule(_people, {"choice": anyone}),
    "soft_delete_or_restore": Rule(_people, {"choice": anyone}),
    "purge": Rule(_people, {"choice": anyone}),
    "form": Rule(
        _ever,
        {"group": st.integers(1, 2), "members": st.lists(anyone, max_size=3), "name": st.integers(1, 2)},
    ),
    "disband": Rule(_groups, {"choice": anyone}),
    "assign_group_or_not": Rule(_groups, {"choice": anyone}),
    "edit_a_mapping": Rule(_ever),
    "edit_the_filter": Rule(_ever),
    "pause": Rule(_ever),
    "resume": Rule(_ever),
    "restart": Rule(_ever, {"scopes": st.lists(st.sampled_from(BUTTON), unique=True)}),
    "restart_in_full": Rule(_may_be_matched_anew),
    "approve": Rule(lambda story: story.held),
    "cycle": Rule(_ever),
    "cycle_with_an_ill_target": Rule(_ever, {"at": troubles}),
    "crash": Rule(_ever, {"tick": st.integers(1, 60), "at": troubles}),
    "throttle": Rule(_ever, {"minutes": minutes, "retry_after": asked_to_wait}),
    "clock_jumps": Rule(_ever, {"days": st.integers(-40, 40), "hours": st.integers(0, 23)}),
    "lose_an_account": Rule(_ever, {"choice": anyone}),
    "torn_snapshot": Rule(_ever),
    "older_snapshot": Rule(_ever),
    "spoil": Rule(_people, {"choice": anyone}),
    "preview": Rule(_ever),
    "two_at_once": Rule(_ever, {"question": st.integers(1, 6)}),
}
"""Everything that may happen, in the words of :class:`.Story`."""


class _Machine(RuleBasedStateMachine):
    """Hypothesis as the teller."""

    story: Story

    @initialize(way=st.sampled_from(sorted(WAYS)), number=st.integers(1, 3))
    def founders(self, way: str, number: int) -> None:
        self.story = Story(way)
        for _ in range(number):
            self.story.tell("join")

    def teardown(self) -> None:
        self.story.tell("come_right")


def _rule(event: str, when: Callable[[Story], Any], arguments: dict[str, Any]) -> Any:
    def happens(machine: _Machine, **told: Any) -> None:
        machine.story.tell(event, **told)

    happens.__name__ = event
    return precondition(lambda machine: when(machine.story))(rule(**arguments)(happens))


Machine = type("Machine", (_Machine,), {event: _rule(event, *of) for event, of in RULES.items()})
TestStory = Machine.TestCase
TestStory.settings = settings(
    deadline=None,
    max_examples=600,
    stateful_step_count=25,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", KEPT)
def test_a_kept_story_ends_well(name, way):
    """What went wrong once does not go wrong again, whatever way the job chooses."""
    story = Story(way)
    for event, arguments in KEPT[name]:
        story.tell(event, **arguments)
    story.tell("come_right")


def test_every_event_of_a_story_can_happen():
    """No event is forgotten in the table of rules."""
    events = {name for name, value in vars(Story).items() if callable(value) and not name.startswith("_")}
    assert events - {"tell", "someone", "some_group", "both", "come_right"} == set(RULES)
