"""Planning a whole population without a target, and expressions, against a bare parse and a hand-written lambda."""

import asyncio
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.engine.expression import Environment, compile_expression
from provisioner.model.directory import ObjectKind
from provisioner.runtime.preparation import prepare
from provisioner.wiring.options import Options, job_of
from provisioner.wiring.planning import planned
from tests.benchmarks.measure import Row, Size, fresh, in_turns, timed
from tests.benchmarks.world import NOW, SEED
from tests.command import CONFIG

PEOPLE: Final = {Size.SMOKE: 20, Size.QUICK: 5_000, Size.USUAL: 200_000, Size.FULL: 200_000}
EVALUATIONS: Final = {Size.SMOKE: 1_000, Size.QUICK: 100_000, Size.USUAL: 1_000_000, Size.FULL: 1_000_000}
PARSE: Final = "orjson.loads of the file"
EXPRESSION: Final = 'Replace([userPrincipalName], , "(?<s>@.*)", "s", "", , )'


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Seconds to plan everybody by the default mapping, and evaluations per second."""
    people = PEOPLE[size]
    fresh(_directory, folder, people)
    contestants = {"plan": _plan, "floor": _floor, "orjson": _parse, "each": _parse_each}
    costs = in_turns(size, {name: partial(fresh, measure, folder) for name, measure in contestants.items()})
    plan, floor, parse, each = (tuple(cost[0] for cost in costs[name]) for name in contestants)
    yield Row(f"plan --offline of {people:,} people", "s", plan, parse, PARSE, "<= 12")
    yield Row("of it, to check, read, judge and map them", "s", floor, parse, PARSE)
    yield Row("the same plan", "s", plan, each, "orjson.loads of each entry, none kept")
    memory = tuple(cost[1] / people for cost in costs["plan"])
    yield Row(f"its memory, {people:,} people", "KiB/person", memory, aim="<= 0.5")
    speeds = in_turns(size, {"ours": partial(_evaluate, size), "lambda": partial(_lambda, size)})
    yield Row("one Replace by a named group", "/s", tuple(speeds["ours"]), tuple(speeds["lambda"]), "a Python lambda")


def _directory(folder: Path, people: int) -> None:
    from provisioner.adapters.sample import write_sample

    lines = folder / "lines"
    write_sample(str(lines), people, SEED, NOW)
    with _document(folder).open("wb") as document:
        for opening, name in zip(b"{,,,", ("users", "groups", "assignments", "appRoles"), strict=True):
            entries = (lines / f"{name}.jsonl").read_bytes().splitlines()
            document.write(b'%c"%b": [\n%b\n]' % (opening, name.encode(), b",\n".join(entries)))
        document.write(b"}\n")
    (folder / "job.toml").write_text((CONFIG / "scim.toml").read_text())
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text("unused")


def _document(folder: Path) -> Path:
    return folder / "directory.json"


def _plan(folder: Path) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    token = folder / "token"
    options = Options(snapshot=str(_document(folder)), state=str(folder / "none.db"), token=f"file:{token}")

    async def everybody() -> None:
        async with planned(str(folder / "job.toml"), options, offline=True) as (_, objects):
            for _ in objects.encoded():
                pass

    with timed() as watch:
        asyncio.run(everybody())
    return watch.seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _floor(folder: Path) -> tuple[float, float]:
    """What a plan cannot do without: check the snapshot whole, then read each person, judge it, and map what flows."""
    job = job_of(str(folder / "job.toml"), Options(snapshot=str(_document(folder)), token=f"file:{folder / 'token'}"))
    ids = SeededIds(SEED)
    with (
        open_store(":memory:", job="", ids=ids) as store,
        timed() as watch,
        open_source(job.snapshot).open() as snapshot,
    ):
        preparation = prepare(job, snapshot, store, ids, NOW, flag=False, watermark=None)
        side = preparation.sides[ObjectKind.USER]
        for source_id, _ in side.digests():
            user = side.find(source_id)
            preparation.desired(ObjectKind.USER, user, side.decide(user))
    return watch.seconds, 0.0


def _parse(folder: Path) -> tuple[float, float]:
    with timed() as watch:
        parsed = orjson.loads(_document(folder).read_bytes())
    del parsed  # not before the watch has stopped
    return watch.seconds, 0.0


def _parse_each(folder: Path) -> tuple[float, float]:
    with timed() as watch, (folder / "lines" / "users.jsonl").open("rb") as file:
        for line in file:
            orjson.loads(line)
    return watch.seconds, 0.0


def _evaluate(size: Size) -> float:
    compiled = compile_expression(EXPRESSION)
    environment = Environment({"userPrincipalName": "ada.lovelace@contoso.example"}, datetime.now(UTC), SeededIds(1))

    with timed() as watch:
        for _ in range(EVALUATIONS[size]):
            compiled(environment)
    return EVALUATIONS[size] / watch.seconds


def _lambda(size: Size) -> float:
    import re

    pattern = re.compile("@.*")
    by_hand = lambda attributes: pattern.sub("", attributes["userPrincipalName"])  # noqa: E731
    attributes = {"userPrincipalName": "ada.lovelace@contoso.example"}

    with timed() as watch:
        for _ in range(EVALUATIONS[size]):
            by_hand(attributes)
    return EVALUATIONS[size] / watch.seconds
