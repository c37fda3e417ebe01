"""Three stories, each of which one safeguard alone keeps from going wrong.

Every story returns what is wrong at its end: nothing, unless the safeguard is missing (``test_mutations.py``).
"""

from provisioner.model.answer import Found
from provisioner.model.job import Limits
from provisioner.model.question import Create, Find
from tests.engine.worlds import job
from tests.simulation.fate import Fate
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import USER, Simulation


def renamed_after_a_crash() -> list[str]:
    """P2, P3: the process ends after the target created an account and before the answer is written down.

    Before the next run she is renamed. The account is hers all the same, though nobody finds it by her new name: only
    the intent still knows the old one.
    """
    world = Simulation()
    world.join(1)
    world.cycle(Fate(crash_at=_tick_after_create(world)))
    world.rename(1, "married")
    for _ in range(4):
        world.cycle()
    return list(broken_promises(world))


def _tick_after_create(world: Simulation) -> int:
    """The tick between a create and the next commit."""
    fate, ticks = Fate(), []
    trial = world.fork()

    def watch(question, act):
        if isinstance(question, Create):
            ticks.append(fate.ticks + 1)
        return act()

    trial.target.trouble = watch
    trial.cycle(fate)
    return ticks[0]


def filters_ignored() -> list[str]:
    """P2, F20: whatever name a target is asked for, it answers with its one account, a stranger's. She is left alone.

    It answers the probe properly; otherwise the job would be quarantined before it looks for anybody (E91).
    """
    world = Simulation()
    stranger = {"id": "t0", "userName": "root@contoso.example", "active": True, "title": "Owner"}
    world.target.accounts[USER, "t0"] = dict(stranger)

    def ignore_filter(question, act):
        named = isinstance(question, Find) and not question.probe
        return Found((dict(stranger),)) if named else act()

    world.target.trouble = ignore_filter
    world.join(1)
    for _ in range(3):
        world.cycle()
    adopted = [link.source_id for link in world.store.links(USER)]
    wrong = [f"the stranger was adopted by {source_id}" for source_id in adopted]
    return wrong if world.target.accounts[USER, "t0"] == stranger else [*wrong, "the stranger was changed"]


def everybody_leaves() -> list[str]:
    """P4: a threshold of two, and five people lose their assignment at once. Nobody is disabled."""
    world = Simulation(job=job(limits=Limits(deletion_count=2)))
    for number in range(1, 6):
        world.join(number)
    world.cycle()
    world.unassigned.update(world.people)
    for _ in range(3):
        world.cycle()
    return [f"{body['userName']} was disabled" for body in world.accounts().values() if body["active"] is not True]
