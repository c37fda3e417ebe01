"""Several objects at once, settled in order."""

import asyncio

import pytest

from provisioner.runtime.pool import in_order


async def collect(items, work, workers, key=lambda _: ""):
    return [result async for result in in_order(items, work, workers=workers, key=key)]


@pytest.mark.parametrize("workers", [1, 2, 7])
async def test_results_come_in_the_order_of_the_items(workers):
    """P10: whatever finishes first."""

    async def work(item, _):
        for _ in range(10 - item):
            await asyncio.sleep(0)
        return item

    assert await collect(range(10), work, workers) == list(range(10))


async def test_no_more_than_the_workers_run_at_once_and_each_number_once():
    """A worker has one connection; nobody shares it."""
    busy, most = set(), 0

    async def work(item, worker):
        nonlocal most
        assert worker not in busy
        busy.add(worker)
        most = max(most, len(busy))
        await asyncio.sleep(0)
        busy.discard(worker)

    await collect(range(50), work, 4)
    assert most == 4


async def test_items_of_one_key_run_one_after_another():
    """P2: two objects with one matching value never look for it at the same time."""
    inside = 0

    async def work(item, _):
        nonlocal inside
        inside += 1
        assert inside == 1
        await asyncio.sleep(0)
        inside -= 1

    await collect(range(20), work, 5, key=lambda _: "same")


async def test_a_failure_ends_the_others():
    """Nothing goes on behind the back of whoever was told that it failed."""
    cancelled = asyncio.Event()

    async def work(item, _):
        if item == 0:
            await asyncio.sleep(0)
            raise ValueError("no")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(ValueError, match="no"):
        await collect(range(3), work, 3)
    assert cancelled.is_set()
