from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.adapters.job_toml import load_job
from provisioner.model.errors import JobInvalid
from provisioner.model.job import Job

MAPPINGS = """\
mappings = [
  { target = "userName", source = "[userPrincipalName]", match = 1 },
  { target = "active", source = "Not([IsSoftDeleted])" },
]
"""


def job_text(
    *,
    name: str = '"real-links"',
    top: str = "",
    source: str = 'snapshot = "directory"',
    target: str = 'url = "https://scim.example.com/scim/v2"\ntoken = "env:TOKEN"',
    users: str = MAPPINGS,
    more: str = "",
) -> str:
    """A correct job, with parts replaced."""
    return f"name = {name}\n{top}\n[source]\n{source}\n[target]\n{target}\n[users]\n{users}\n{more}\n"


Load = Callable[..., Job]
Refused = Callable[..., tuple[JobInvalid, ...]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a job with parts replaced, and load it."""

    def write_and_load(**parts: str) -> Job:
        file = tmp_path / "job.toml"
        file.write_text(job_text(**parts), encoding="utf-8")
        return load_job(str(file))

    return write_and_load


@pytest.fixture
def refused(load: Load) -> Refused:
    """Write a job with parts replaced, and give everything that is wrong with it."""

    def findings(**parts: str) -> tuple[JobInvalid, ...]:
        with pytest.raises(JobInvalid) as caught:
            load(**parts)
        assert caught.value.exit_code == 2
        return tuple(error for error in caught.value.all() if isinstance(error, JobInvalid))

    return findings
