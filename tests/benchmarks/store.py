"""What it costs to note an intent and to settle the object, with and without a disk beneath."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action
from provisioner.model.record import Record
from provisioner.model.state import Intent, Link, Settlement
from tests.benchmarks.measure import Row, Size, fresh, in_turns, timed
from tests.benchmarks.world import NOW, SEED

OBJECTS: Final = {Size.SMOKE: 5, Size.QUICK: 1_000, Size.USUAL: 5_000, Size.FULL: 20_000}
MEMORY: Final = ":memory:"
DURABILITIES: Final = ("power-loss", "process")

_files = count()


def rows(size: Size, folder: Path) -> Iterator[Row]:
    """Microseconds for an object's intent, commit, settlement, link and log entry."""
    taken = in_turns(
        size,
        {
            "memory": lambda: fresh(per_object, MEMORY, "process", OBJECTS[size]),
            **{durability: partial(_on_disk, folder, durability, OBJECTS[size]) for durability in DURABILITIES},
        },
    )
    for durability in DURABILITIES:
        yield Row(f"intent and settlement, {durability}", "us/object", taken[durability], taken["memory"], MEMORY)


def _on_disk(folder: Path, durability: str, objects: int) -> float:
    return fresh(per_object, str(folder / f"{next(_files)}.db"), durability, objects)


def per_object(path: str, durability: str, objects: int) -> float:
    """Microseconds an object."""
    with open_store(path, job="benchmark", durability=durability, ids=SeededIds(SEED)) as store, timed() as watch:
        for number in range(objects):
            store.intend(_intent(number))
            store.settle(_settlement(number))
        store.flush()
    return watch.seconds / objects * 1e6


def _intent(number: int) -> Intent:
    return Intent(
        f"intent-{number}",
        ObjectKind.USER,
        f"user-{number}",
        Action.CREATE,
        NOW,
        match_path="userName",
        match_value=f"user-{number}@contoso.example",
    )


def _settlement(number: int) -> Settlement:
    source_id = f"user-{number}"
    return Settlement(
        ObjectKind.USER,
        source_id,
        digest=number.to_bytes(16),
        link=Link(ObjectKind.USER, source_id, f"t-{number}"),
        clear_escrow=True,
        intents=(f"intent-{number}",),
        records=(_record(number, source_id),),
    )


def _record(number: int, source_id: str) -> Record:
    properties = [{"displayName": f"attribute{n}", "oldValue": None, "newValue": "x" * 20} for n in range(13)]
    body = {"id": f"record-{number}", "modifiedProperties": properties}
    return Record(
        f"record-{number}", NOW, 1, "User", source_id, f"{source_id}@contoso.example", "Create", "success", body
    )
