"""A cycle without a change, and one with a single change, against orjson's own parse of the users file."""

import asyncio
import resource
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from provisioner.adapters.snapshot import open_source
from provisioner.model.decision import Disposition
from provisioner.model.directory import ObjectKind
from provisioner.model.state import Link, Settlement
from provisioner.runtime.preparation import prepare
from provisioner.wiring.options import ids_of
from provisioner.wiring.running import OpenJob
from tests.benchmarks.measure import Row, Size, fresh, in_turns, timed
from tests.benchmarks.world import NOW, company, options, sandbox

PEOPLE: Final = {
    Size.SMOKE: (20, 40),
    Size.QUICK: (1_000, 10_000),
    Size.USUAL: (10_000, 100_000, 200_000),
    Size.FULL: (10_000, 100_000, 200_000, 1_000_000),
}


class Cost(NamedTuple):
    """What a cycle took: seconds, seconds to open the state before it, and KiB of memory at its peak."""

    seconds: float
    opening: float
    kibibytes: int


Costs = Mapping[str, tuple[Cost, ...]]

PARSE: Final = "orjson.loads of each line"


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Cycles without and with a change at growing sizes; memory is what they need beyond the smallest size."""
    smallest: tuple[int, Costs] | None = None
    for people in PEOPLE[size]:
        costs = _costs(size, folder / str(people), people)
        yield from _speeds(f"{people:,} people", costs)
        if smallest is not None:
            yield from _growth(people, costs, *smallest)
        smallest = smallest or (people, costs)


def _speeds(people: str, costs: Costs) -> Iterator[Row]:
    parse, idle, changed = (_seconds(costs[what]) for what in ("orjson", "unchanged", "one changed"))
    opening = tuple(cost.opening for cost in costs["unchanged"])
    yield Row(f"{people}, unchanged", "s", idle, parse, PARSE, "<= 4")
    yield Row(f"{people}, unchanged", "s", idle, _seconds(costs["digest"]), "the snapshot's digest", "")
    yield Row(f"{people}, one changed", "s", changed, parse, PARSE)
    yield Row(f"{people}, opening the state", "s", opening, parse, PARSE)


def _seconds(costs: tuple[Cost, ...]) -> tuple[float, ...]:
    return tuple(cost.seconds for cost in costs)


def _growth(people: int, costs: Costs, fewer: int, smallest: Costs) -> Iterator[Row]:
    for what, aim in (("unchanged", "<= 0.3"), ("one changed", "")):
        pairs = zip(costs[what], smallest[what], strict=True)
        grown = tuple((large.kibibytes - small.kibibytes) / (people - fewer) for large, small in pairs)
        yield Row(f"{people:,} people, {what}: memory", "KiB/person", grown, aim=aim)


def _costs(size: Size, folder: Path, people: int) -> dict[str, tuple[Cost, ...]]:
    job = fresh(company, folder, people)
    (folder / "directory" / "manifest.json").unlink()
    with sandbox() as url:
        fresh(remember, folder, job, url)
        return in_turns(
            size,
            {
                "one changed": partial(_after_a_change, folder, job, url),
                "unchanged": partial(fresh, cycle, folder, job, url),
                "orjson": partial(fresh, parse, folder),
                "digest": partial(fresh, digest, folder),
            },
        )


def remember(folder: Path, job: Path, url: str) -> None:
    """Write the state that the initial cycle would have left, without asking a target a million times."""
    chosen = options(folder, url)
    with OpenJob(str(job), chosen) as opened:
        opened.store.retarget(url)
        with open_source(opened.job.snapshot).open() as snapshot:
            preparation = prepare(opened.job, snapshot, opened.store, ids_of(chosen), NOW, flag=False, watermark=None)
            for item in preparation.worklist().items:
                linked = item.disposition is Disposition.PROVISION
                link = Link(ObjectKind.USER, item.source_id, f"t-{item.source_id}") if linked else None
                opened.store.settle(Settlement(ObjectKind.USER, item.source_id, digest=item.digest, link=link))
        report = asyncio.run(opened.run())
    if any(report.counts.as_json().values()) or not report.complete:
        raise RuntimeError(f"the cycle found something to do after all: {report.counts} {report.note}")


def _after_a_change(folder: Path, job: Path, url: str) -> Cost:
    fresh(change_somebody, folder / "directory" / "users.jsonl")
    return fresh(cycle, folder, job, url, changed=1)


def change_somebody(users: Path) -> None:
    """Let the first assigned person's title grow by a letter; the rest of the file stays as it was."""
    before = users.with_suffix(".before")
    users.rename(before)
    entitled = {entry["principalId"] for entry in map(orjson.loads, _lines(users.with_name("assignments.jsonl")))}
    with before.open("rb") as old, users.open("wb") as new:
        for line in old:
            if entitled and (person := orjson.loads(line))["id"] in entitled and "deletedDateTime" not in person:
                entitled.clear()
                person["jobTitle"] = f"{person.get('jobTitle') or ''}x"
                line = orjson.dumps(person) + b"\n"
            new.write(line)
    before.unlink()


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def cycle(folder: Path, job: Path, url: str, *, changed: int = 0) -> Cost:
    """One cycle in this process; ``changed`` is how many objects it must find changed."""
    with timed() as opening, OpenJob(str(job), options(folder, url)) as opened:
        opening.stop()
        with timed() as watch:
            report = asyncio.run(opened.run())
    attended = sum(report.counts.as_json().values())
    if not report.complete or attended != changed:
        raise RuntimeError(f"{attended} objects attended to instead of {changed}: {report.note}")
    return Cost(watch.seconds, opening.seconds, _peak())


def parse(folder: Path) -> Cost:
    """orjson's time for every line of the users file, one after another, so that nothing piles up in memory."""
    with timed() as watch, (folder / "directory" / "users.jsonl").open("rb") as users:
        for line in users:
            orjson.loads(line)
    return Cost(watch.seconds, 0.0, _peak())


def digest(folder: Path) -> Cost:
    """What a cycle cannot do without: the digest of every byte of the snapshot."""
    source = open_source(str(folder / "directory"))
    with timed() as watch:
        source.fingerprint()
    return Cost(watch.seconds, 0.0, _peak())


def _peak() -> int:
    """The most memory this process has had, in KiB; never less than its parent had, so that one does little."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
