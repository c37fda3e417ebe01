"""Several objects at once, settled in the order of the objects.

One worker is Entra's way (E8). With more, two objects that carry the same matching value never run at the same time:
both would find nobody and create somebody (P2).
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterable
from typing import Any, Final, Generic, TypeVar
from weakref import WeakValueDictionary

Item = TypeVar("Item")
Result = TypeVar("Result")

LOOKAHEAD: Final = 4
"""How many items a worker may be ahead of the slowest one: finished results wait in memory until their turn."""


def in_order(
    items: Iterable[Item],
    work: Callable[[Item, int], Coroutine[Any, Any, Result]],
    *,
    workers: int,
    key: Callable[[Item], str],
) -> AsyncIterator[Result]:
    """Work on up to ``workers`` items at a time and yield the results in the items' order.

    :param work: called with the item and the number of its worker, 0-based; a number is in use once at a time.
    :param key: items of one non-empty key run one after another.
    """
    return _one_after_another(items, work) if workers == 1 else _several(items, _Crew(work, workers, key), workers)


async def _several(items: Iterable[Item], crew: "_Crew[Item, Result]", workers: int) -> AsyncIterator[Result]:
    running: deque[asyncio.Task[Result]] = deque()
    try:
        for item in items:
            running.append(asyncio.create_task(crew.handle(item)))
            while running and (len(running) >= workers * LOOKAHEAD or running[0].done()):
                yield await running.popleft()
        while running:
            yield await running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _one_after_another(
    items: Iterable[Item], work: Callable[[Item, int], Coroutine[Any, Any, Result]]
) -> AsyncIterator[Result]:
    """One item at a time; the next is drawn while the first answer for the present one is on its way."""
    source = iter(items)
    item = next(source, None)
    while item is not None:
        begun = _Begun(work(item, 0))
        try:
            item = next(source, None)
            result = await begun
        finally:
            begun.close()
        yield result


class _Begun(Generic[Result]):
    """A coroutine that runs up to its first wait at once, and on from there when it is awaited. Needs no task."""

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        self._coroutine = coroutine
        self._results: list[Result] = []
        self._waits_for = self._step(coroutine.send, None)

    def _step(self, step: Callable[[Any], Any], value: Any) -> Any:
        try:
            return step(value)
        except StopIteration as stop:
            self._results.append(stop.value)
            return None

    def __await__(self) -> Generator[Any, Any, Result]:
        while not self._results:
            try:
                sent = yield self._waits_for
            except BaseException as error:  # noqa: BLE001  (handed on to the coroutine, whatever it is)
                self._waits_for = self._step(self._coroutine.throw, error)
            else:
                self._waits_for = self._step(self._coroutine.send, sent)
        return self._results[0]

    def close(self) -> None:
        """End it, if it has not ended."""
        self._coroutine.close()


class _Crew(Generic[Item, Result]):
    """Numbered workers, and a gate for each key in use."""

    def __init__(
        self, work: Callable[[Item, int], Coroutine[Any, Any, Result]], workers: int, key: Callable[[Item], str]
    ) -> None:
        self._work = work
        self._key = key
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._free: asyncio.Queue[int] = asyncio.Queue()
        for number in range(workers):
            self._free.put_nowait(number)

    async def handle(self, item: Item) -> Result:
        """Work on an item as soon as its key and a worker are free."""
        name = self._key(item)
        if not name:
            return await self._with_worker(item)
        async with self._gates.setdefault(name, asyncio.Lock()):
            return await self._with_worker(item)

    async def _with_worker(self, item: Item) -> Result:
        number = await self._free.get()
        try:
            return await self._work(item, number)
        finally:
            self._free.put_nowait(number)
