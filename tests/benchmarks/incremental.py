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
from provisioner.wiring import OpenJob, ids_of
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


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Both cycles at growing sizes; memory is what they need beyond the smallest size, a person."""
    smallest, *_ = PEOPLE[size]
    base: Mapping[str, tuple[Cost, ...]] = {}
    for people in PEOPLE[size]:
        costs = _costs(size, folder / str(people), people)
        base = base or costs
        parse = tuple(cost.seconds for cost in costs["orjson"])
        for what, aim in (("nothing changed", "<= 4"), ("one of them changed", "")):
            taken = tuple(cost.seconds for cost in costs[what])
            yield Row(f"{people:,} people, {what}", "s", taken, parse, "orjson.loads of each line", aim)
            if people > smallest:
                pairs = zip(costs[what], base[what], strict=True)
                grown = tuple((ours.kibibytes - small.kibibytes) / (people - smallest) for ours, small in pairs)
                yield Row(f"{people:,} people, {what}, memory", "KiB/person", grown, aim=aim and "<= 0.3")
        opening = tuple(cost.opening for cost in costs["nothing changed"])
        yield Row(f"{people:,} people, opening the state", "s", opening, parse, "orjson.loads of each line")


def _costs(size: Size, folder: Path, people: int) -> dict[str, tuple[Cost, ...]]:
    job = company(folder, people)
    (folder / "directory" / "manifest.json").unlink()
    with sandbox() as url:
        fresh(remember, folder, job, url)
        return in_turns(
            size,
            {
                "one of them changed": partial(_after_a_change, folder, job, url),
                "nothing changed": partial(fresh, cycle, folder, job, url),
                "orjson": partial(fresh, parse, folder),
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
    _change_somebody(folder / "directory" / "users.jsonl")
    return fresh(cycle, folder, job, url, changed=1)


def _change_somebody(users: Path) -> None:
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


def _peak() -> int:
    """The most memory this process has had, in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak
