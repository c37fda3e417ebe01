"""A source that lost too many of its people at once is taken for a broken export (ours, opt-in: ``max_shrink``)."""

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.engine.guard import shrinkage
from provisioner.model.errors import SnapshotInvalid
from provisioner.model.job import Limits
from provisioner.model.state import Request, RequestKind
from tests.engine.worlds import job
from tests.runtime.cycles import Company, counted

PEOPLE = 10


async def shrunk(tmp_path, limits, gone):
    """Ten people with accounts, of whom some are gone from the directory before the next cycle."""
    company = Company(tmp_path, people=PEOPLE, made=job(limits=limits))
    await company.cycle()
    company.target.asked.clear()
    for number in range(1, gone + 1):
        del company.people[number]
    return company


@pytest.mark.parametrize(
    "limits",
    [Limits(shrink_count=3), Limits(shrink_share=0.3), Limits(shrink_count=9, shrink_share=0.3)],
    ids=["count", "share", "the smaller of both"],
)
async def test_a_source_that_lost_more_than_it_may_changes_nothing(tmp_path, limits):
    """P5, F03: refused before any request and any decision, with file, figures and remedy; a restart accepts it."""
    company = await shrunk(tmp_path, limits, 4)
    with company.memory() as memory:
        before = memory.watermark(), list(memory.links(company.job.users.kind)), memory.serial
    with pytest.raises(SnapshotInvalid, match=r"directory: .*holds 6 users.* held 10: 4 are gone.*\n  hint: .*restart"):
        await company.cycle()
    with company.memory() as memory:
        assert (memory.watermark(), list(memory.links(company.job.users.kind)), memory.serial) == before
    assert company.target.asked == []
    with open_store(str(company.folder / "state.db"), job=company.job.name, ids=SeededIds(0)) as memory:
        memory.ask(Request("q", RequestKind.RESTART, company.clock.now(), ("watermark",)))
    assert counted(await company.cycle())["delete"] == 4


@pytest.mark.parametrize(
    ("limits", "gone"), [(Limits(), 9), (Limits(shrink_share=0.3), 3), (Limits(shrink_count=3), 3)]
)
async def test_a_source_may_lose_what_it_may_lose(tmp_path, limits, gone):
    """Off unless set; at the limit nothing is refused, beyond it everything is; the next cycle counts from here."""
    company = await shrunk(tmp_path, limits, gone)
    assert counted(await company.cycle()) == {"delete": gone}
    assert await company.cycle()


async def test_it_counts_from_the_last_snapshot_that_was_accepted(tmp_path):
    """Two leave at a time, again and again: it is what is lost between two cycles that counts."""
    company = await shrunk(tmp_path, Limits(shrink_count=2), 2)
    for number in (3, 5, 7):
        await company.cycle()
        del company.people[number], company.people[number + 1]
    assert counted(await company.cycle()) == {"delete": 2}


def test_where_nobody_was_counted_nothing_is_refused():
    """The first cycle, and the first after a version that did not count."""
    assert shrinkage(None, 0, Limits(shrink_count=0)) == ""
    assert shrinkage(5, 9, Limits(shrink_count=0)) == ""
