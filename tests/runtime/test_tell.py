"""What is owed to those who look after a job is said once, whatever happens on the way (E95)."""

from datetime import timedelta

import pytest

from provisioner.model.errors import PartlyDelivered, Undelivered
from provisioner.model.job import Notification
from provisioner.model.notice import Notice
from provisioner.model.state import Health
from provisioner.runtime.tell import tell
from tests.engine.worlds import NOON, job
from tests.simulation.memory_store import MemoryStore

TOLD = job(notification=Notification(("team@example.com",)))
FIRST, SECOND = (Notice(name, "why", NOON + timedelta(hours=n), name) for n, name in enumerate(("first", "second")))


class Post:
    """A way to people that fails as often as it is told to."""

    def __init__(self, *troubles):
        self.troubles = list(troubles)
        self.sent = []

    def send(self, notice):
        self.sent.append(notice)
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble


@pytest.fixture
def store():
    store = MemoryStore()
    for notice in (SECOND, FIRST):
        store.save_health(Health(), notice)
    return store


async def test_what_is_owed_is_said_once_in_order(store):
    """Two notices, oldest first; the next run has nothing to say."""
    post = Post()
    await tell(TOLD, store, lambda: post)
    await tell(TOLD, store, lambda: post)
    assert post.sent == [FIRST, SECOND]
    assert store.owed() == ()


async def test_what_could_not_be_said_is_owed_still(store):
    """Whoever cannot be reached for the first is not tried for the second; the next run begins where this one ended."""
    post = Post(None, Undelivered("nobody listens"))
    await tell(TOLD, store, lambda: post)
    assert store.owed() == (SECOND,)
    await tell(TOLD, store, lambda: post)
    assert post.sent == [FIRST, SECOND, SECOND]
    assert store.owed() == ()


async def test_nobody_is_told_again_because_another_could_not_be(store):
    """One address is wrong for ever: those who were told would hear the same at every run."""
    post = Post(PartlyDelivered("refused: somebody@example.com"))
    await tell(TOLD, store, lambda: post)
    assert (post.sent, store.owed()) == ([FIRST, SECOND], ())


async def test_who_asks_no_more_is_not_told(store):
    """The recipients were taken out of the job meanwhile."""
    await tell(job(), store, lambda: pytest.fail("somebody was told"))
    assert store.owed() == ()
