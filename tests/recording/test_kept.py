"""Recordings of earlier versions replay for ever."""

import pytest

from provisioner.adapters.cassette import read_recording
from provisioner.model.recording import FORMAT
from provisioner.wiring.options import Options
from provisioner.wiring.replaying import replayed
from tests.command import PROJECT
from tests.recording.played import told

KEPT = sorted((PROJECT / "tests/recordings").iterdir())


@pytest.mark.parametrize("folder", KEPT, ids=lambda folder: folder.name)
async def test_a_recording_that_was_made_long_ago_replays(folder):
    """By whatever version it was made."""
    again = await replayed(str(folder), Options(), None, None)
    assert again.passed, told(again.divergences)
    assert again.report.counts.as_json() == again.recording.ending.counts


def test_there_is_one_of_every_kind():
    """Initial and incremental, plain and pseudonymised, of one worker and of several."""
    circumstances = [read_recording(folder).circumstances for folder in KEPT]
    assert {each.pseudonymised for each in circumstances} == {False, True}
    assert {each.workers > 1 for each in circumstances} == {False, True}
    assert {read_recording(folder).ending.cycle for folder in KEPT} == {"initial", "incremental"}
    assert all(each.engine for each in circumstances)
    assert FORMAT == 1, "keep a recording of every format"
