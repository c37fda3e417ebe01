"""F01: what a recovery must not do."""

from provisioner.model.question import Modify
from tests.simulation.fate import LOST
from tests.simulation.promises import broken_promises
from tests.simulation.simulated import USER, Simulation


def test_a_lost_renaming_does_not_hand_over_to_a_namesake():
    """P3: she is renamed, the request is lost, and the target has a stranger of her new name. She keeps her account."""
    world = Simulation()
    world.join(1)
    world.cycle()
    world.target.accounts[USER, "t0"] = {"id": "t0", "userName": "married@contoso.example", "active": False}
    world.rename(1, "married")
    world.target.trouble = lambda question, act: LOST if isinstance(question, Modify) else act()
    world.cycle()
    world.target.trouble = lambda question, act: act()
    world.cycle()
    assert [link.target_id for link in world.store.links(USER)] == ["t1"]
    assert list(broken_promises(world)) == []
