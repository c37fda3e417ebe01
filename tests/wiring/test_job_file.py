"""A job file is read for every cycle, and understood anew only when it says something else."""

import pytest

from provisioner.model.errors import JobInvalid
from provisioner.wiring.options import Options
from provisioner.wiring.running import JobFile
from tests.command import CONFIG, provisioner


@pytest.fixture
def path(tmp_path):
    """The ready job."""
    job = tmp_path / "job.toml"
    job.write_text((CONFIG / "scim.toml").read_text())
    return job


def test_an_unchanged_file_is_the_same_job(path):
    """A thousand cycles without a change do not parse it a thousand times."""
    file = JobFile()
    assert file.read(str(path), Options()) is file.read(str(path), Options())


def test_a_change_is_heeded_at_once(path):
    """Whatever the file's times say."""
    file = JobFile()
    before = file.read(str(path), Options())
    path.write_text(path.read_text().replace('users = "assigned"', 'users = "all"'))
    assert (before.scope, file.read(str(path), Options()).scope) == ("assigned", "all")


def test_other_options_are_heeded_at_once(path):
    """A story gives a job another snapshot between two cycles."""
    file = JobFile()
    file.read(str(path), Options())
    assert file.read(str(path), Options(snapshot="/elsewhere")).snapshot == "/elsewhere"


def test_a_mistake_is_told_every_time_until_it_is_mended(path):
    """An invalid file never falls back to what it said before."""
    file, good = JobFile(), path.read_text()
    before = file.read(str(path), Options())
    path.write_text("name = 1")
    for _ in range(2):
        with pytest.raises(JobInvalid):
            file.read(str(path), Options())
    path.unlink()
    with pytest.raises(JobInvalid):
        file.read(str(path), Options())
    path.write_text(good)
    assert file.read(str(path), Options()) == before


def test_a_change_of_the_schema_it_names_is_heeded(path, tmp_path):
    """The mappings may stand in an export."""
    schema = tmp_path / "schema.json"
    schema.write_text(provisioner("schema", "export", path).out)
    path.write_text(
        'name = "x"\nschema = "schema.json"\nsource = {snapshot = "s"}\ntarget = {url = "http://127.0.0.1/"}'
    )
    file = JobFile()
    before = file.read(str(path), Options())
    assert file.read(str(path), Options()) is before
    schema.write_text(schema.read_text().replace("[displayName]", "[mail]"))
    assert file.read(str(path), Options()).users != before.users
