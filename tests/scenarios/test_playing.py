"""Playing a story: what differs is shown side by side, what is accepted is written, and nothing else is touched."""

import asyncio
import json
import shutil
import xml.etree.ElementTree as ET

import pytest

from provisioner.model.scenario import RECORDS, REQUESTS, TARGET
from provisioner.wiring.scenarios import perform, play
from tests.command import PROJECT, provisioner
from tests.scenarios.folders import changed, copied, run


@pytest.fixture
def story(tmp_path):
    """A shipped story, free to be changed."""
    return copied(tmp_path, PROJECT / "examples" / "rename")


def test_a_story_passes_and_leaves_nothing_behind(story):
    """Exit 0, and the folder holds what it held: no memory, no token."""
    before = sorted(path.relative_to(story) for path in story.rglob("*"))
    done = run(story)
    assert done.code == 0
    assert "passed" in done.out
    assert "5 cycles, 11 requests" in done.out
    assert sorted(path.relative_to(story) for path in story.rglob("*")) == before


def test_a_change_of_the_mappings_is_shown_side_by_side(story):
    """Exit 3; every file tells it in its own way: on the wire, in the log, in the account."""
    changed(story / "job.toml", 'source = "[displayName]"', "source = 'ToUpper([displayName])'")
    done = run(story)
    assert done.code == 3
    assert "FAILED" in done.out
    for file in (REQUESTS, RECORDS):
        assert file in done.out
    (row,) = [line for line in done.out.splitlines() if '"displayName": "Ada Lovelace"' in line]
    assert row.index(" | ") < row.index('"displayName": "ADA LOVELACE"')
    assert "@ POST /Users" in done.out


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (REQUESTS, "day 0 10:00: cycle 4", "day 0 10:00: cycle 5"),
        (REQUESTS, "ActivityId", "Activity"),
        (REQUESTS, '"Replace"', '"replace"'),
        (RECORDS, "EntryExportUpdate", "EntryExportAdd"),
        (TARGET, '"familyName": "King"', '"familyName": "Queen"'),
        (TARGET, '"active": true', '"active": "True"'),
    ],
)
def test_nothing_that_is_expected_goes_unnoticed(story, file, old, new):
    """A letter in any of the three files is a difference of that file."""
    changed(story / "expected" / file, old, new)
    assert {difference.file for difference in play(story).differences} == {file}


def test_accepting_rewrites_what_is_expected_and_nothing_else(story):
    """What came is written, and passes from then on."""
    changed(story / "job.toml", 'source = "[displayName]"', "source = 'ToUpper([displayName])'")
    job = (story / "job.toml").read_text()
    done = run(story, "--accept")
    assert done.code == 0
    assert f"accepted {story}" in done.out
    assert "ADA LOVELACE" in (story / "expected" / REQUESTS).read_text()
    assert (story / "job.toml").read_text() == job
    assert run(story).code == 0


def test_accepting_what_is_accepted_changes_no_file(story):
    """The same story gives the same bytes: ids, times and ports do not matter."""
    before = {path.name: path.read_bytes() for path in (story / "expected").iterdir()}
    assert play(story, accept=True).accepted == ()
    assert {path.name: path.read_bytes() for path in (story / "expected").iterdir()} == before


def test_several_stories_are_told_in_every_form(tmp_path, story):
    """One JSON document, and JUnit with a suite for each story and a case for each file."""
    other = copied(tmp_path, PROJECT / "examples" / "lost-answer")
    changed(story / "expected" / TARGET, "King", "Queen")
    report = tmp_path / "report.xml"
    done = run(tmp_path, "--json", "--junit", report)
    assert done.code == 3
    assert {told["folder"]: told["passed"] for told in done.document} == {str(other): True, str(story): False}
    suites = {suite.get("name"): suite for suite in ET.parse(report).getroot()}
    assert suites[str(other)].get("failures") == "0"
    (failure,) = suites[str(story)].iter("failure")
    assert failure.get("message") == "Users ada.king@harbourworks.example differs"
    assert '"familyName": "Queen"' in failure.text
    assert '"familyName": "King"' in failure.text


def test_a_new_scenario_passes_and_explains_itself(tmp_path):
    """Every key of the timeline stands in its comments, and what is expected is there."""
    folder = tmp_path / "stories" / "mine"
    made = provisioner("scenario", "new", folder)
    assert made.code == 0, made.err
    assert run(folder).code == 0
    timeline = (folder / "timeline.toml").read_text()
    for key in ("application", "begin", "end", "snapshot", "job", "faults", "for", "token", "ask", "reset"):
        assert f"{key} = " in timeline
    for file in ("job.toml", "timeline.toml"):
        schema = (folder / file).read_text().partition("\n")[0].removeprefix("#:schema ")
        assert "$schema" in json.loads((folder / schema).read_text()), "editors are pointed to what is not there"
    assert '"value": "False"' in (folder / "expected" / REQUESTS).read_text()
    again = provisioner("scenario", "new", folder)
    assert again.code == 2
    assert "exists already" in again.err


def test_a_cycle_that_is_refused_belongs_to_the_story(story):
    """A torn snapshot changes nothing and is told; the story goes on with the next one."""
    broken = shutil.copytree(story / "snapshots" / "001", story / "snapshots" / "torn")
    (broken / "users.json").write_text('[{"id": ')
    changed(story / "timeline.toml", "[[event]]", '[[event]]\nat = "day 0 09:00"\nsnapshot = "torn"\n\n[[event]]')
    result = play(story)
    told = "".join(difference.came for difference in result.differences)
    assert "day 0 09:20: no cycle: " in told
    assert result.cycles == 4
    assert {difference.file for difference in result.differences} == {REQUESTS, RECORDS}


def test_mail_is_told_and_not_sent():
    """The quarantine's mail stands in the story; nobody needs a mail server for it."""
    records = (PROJECT / "examples/wrong-token/expected" / RECORDS).read_text()
    assert records.count(": mail: Provisioning job scim is in quarantine") == 1


def test_a_paused_job_sends_nothing():
    """Between pause and resume there is no cycle."""
    requests = (PROJECT / "examples/paused-for-a-move/expected" / REQUESTS).read_text()
    between = requests[requests.index("asked to pause") : requests.index("asked to resume")]
    assert "GET" not in between


def test_a_story_is_played_within_an_event_loop_too(story):
    """For whoever has one already."""
    assert asyncio.run(perform(story)).passed


def test_a_time_before_the_first_cycle_is_heeded(story):
    """What happens at the beginning happens before the first cycle."""
    changed(story / "timeline.toml", 'at = "day 0 10:00"', 'at = "day 0"')
    assert "Ada Lovelace" not in play(story).differences[1].came
