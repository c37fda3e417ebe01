"""A plan of a whole population costs little memory: what is planned lies on disk, and what is done is let go."""

import tracemalloc

from provisioner.adapters.sample import write_sample
from provisioner.runtime.world import Quiet
from provisioner.wiring.options import Options
from provisioner.wiring.planning import planned
from tests.benchmarks.world import NOW, SEED
from tests.command import CONFIG

FEW, MANY = 1_500, 6_000
MOST = 512
"""Bytes a person."""


class FromUsersOn(Quiet):
    """Forgets what the reading of the files took, which is a few blocks of them, when the people's turn comes."""

    def begin(self, what, total):
        if what == "users":
            tracemalloc.reset_peak()


async def peak(folder, people):
    """The most bytes in use while that many people are planned offline by the default mapping and written as JSON."""
    folder.mkdir()
    write_sample(str(folder / "directory"), people, SEED, NOW)
    token = folder / "token"
    token.write_text("unused")
    token.chmod(0o600)
    options = Options(snapshot=str(folder / "directory"), state=str(folder / "none.db"), token=f"file:{token}")
    tracemalloc.start()
    try:
        async with planned(str(CONFIG / "scim.toml"), options, offline=True, progress=FromUsersOn()) as (
            summary,
            objects,
        ):
            written = sum(1 for _ in objects.encoded())
        assert summary.counts.create > people / 2
        assert written > people
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


async def test_a_plan_grows_by_at_most_half_a_kibibyte_for_each_person(tmp_path):
    """What four times as many people cost besides, a person; what the first plan loads does not count."""
    await peak(tmp_path / "warm", 100)
    few, many = await peak(tmp_path / "few", FEW), await peak(tmp_path / "many", MANY)
    assert (many - few) / (MANY - FEW) < MOST
