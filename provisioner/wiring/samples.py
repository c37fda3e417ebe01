"""Directories and jobs to begin with."""

from pathlib import Path
from typing import Any

from provisioner.adapters.ids import SystemIds
from provisioner.adapters.sample import next_day, write_sample
from provisioner.adapters.shipped import shipped as shipped
from provisioner.wiring.options import Options, clock_of


def write_sample_directory(folder: Path, people: int, options: Options) -> None:
    """Write a believable directory; repeatable with a seed and a time."""
    seed = options.seed if options.seed is not None else SystemIds().randbelow(2**31)
    write_sample(str(folder), people, seed, clock_of(options).now())


def sample_day(folder: str, options: Options) -> dict[str, Any]:
    """Let a day pass in a sample directory: what happened to whom, as one document."""
    seed = options.seed if options.seed is not None else SystemIds().randbelow(2**31)
    day = next_day(folder, seed)
    happened = {
        name: list(getattr(day, name))
        for name in ("joined", "moved", "left", "renamed", "returned", "deleted", "purged")
    }
    return {"generatedAt": day.generated_at.isoformat(), **happened}
