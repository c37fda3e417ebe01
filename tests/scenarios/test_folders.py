"""A folder that cannot be played is refused before anything is sent, with the place and the remedy."""

import json
import shutil
import socket

import pytest

from provisioner.model.errors import InputError
from provisioner.wiring.scenarios import play
from tests.scenarios.folders import changed, copied, run

TIMELINE = """\
end = "day 3 08:40"

[[event]]
at = "day 1"           # somebody joins
snapshot = "002"

[[event]]
at = "day 2"           # somebody moves
snapshot = "003"

[[event]]
at = "day 3"           # somebody leaves
snapshot = "004"
"""


@pytest.fixture
def story(tmp_path):
    """A shipped story with a timeline of its own, free to be broken."""
    folder = copied(tmp_path)
    (folder / "timeline.toml").write_text(TIMELINE)
    return folder


@pytest.fixture
def unreached():
    """An endpoint that nobody may reach: a listening socket, and whether somebody connected."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/scim"
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said", "remedy"),
    [
        ('snapshot = "003"', 'snapshot = "030"', 9, 12, "there is no 030", "there are 001, 002, 003, 004"),
        ('at = "day 2" ', 'at = "day 0" ', 8, 6, "time goes backwards: this is day 0 08:00, before day 1", "order"),
        ('end = "day 3 08:40"', 'end = "day 2"', 1, 7, "time goes backwards: this is day 2 08:00", "order"),
        ('snapshot = "003"', 'faults = ["down"]\nfor = "9d"', 1, 7, "the story ends before day 11 08:00", "later"),
        ('snapshot = "003"', 'faults = ["dwon"]', 9, 11, "no fault 'dwon'", "did you mean down?"),
        ('snapshot = "003"', 'faults = ["throttle=x"]', 9, 11, "no argument of the fault", "throttle"),
        ('at = "day 2" ', 'at = "Tuesday" ', 8, 6, "not a time of a story", "day 3 09:20"),
        ('at = "day 2" ', 'at = "day 2 9 o\'clock" ', 8, 6, "not a time of day", "day 3 09:20"),
        ('at = "day 2" ', 'at = "+soon" ', 8, 6, "not a duration", "40m"),
        ('at = "day 2" ', "at = 2 ", 8, 6, "not a time of a story", "day 3"),
        ('snapshot = "003"', 'snapshots = "003"', 9, 1, "unknown key 'snapshots'", "did you mean 'snapshot'?"),
        ('snapshot = "003"', "", 7, 3, "an event is one thing", "write one of snapshot, job"),
        ('snapshot = "003"', 'snapshot = "003"\nask = "pause"', 7, 3, "an event is one thing", "others follow it"),
        ('snapshot = "003"', 'ask = "sleep"', 9, 7, "not one of", "takes"),
        ('snapshot = "003"', 'ask = "pause"\nfor = "9h"', 7, 3, "only faults last", "faults = "),
        ('snapshot = "003"', 'ask = "pause"\nreset = ["full"]', 7, 3, "only a restart resets", "restart"),
        ('snapshot = "003"', 'ask = "restart"\nreset = ["all"]', 10, 9, "all is no reset scope", "watermark"),
        ('snapshot = "003"', 'job = "job-3.toml"', 9, 7, "there is no job-3.toml", "job.toml"),
        ('snapshot = "003"', 'token = "old"', 9, 9, "not one of", "takes"),
        ("end =", "begin = 2026-01-05T08:00:00\nend =", 1, 9, "timezone", ""),
        ('end = "day 3 08:40"', 'end = "day 3', 1, None, "this is not TOML", "[[event]]"),
        ('end = "day 3 08:40"\n', "", 1, 1, "the key 'end' is missing", "add end"),
    ],
)
def test_a_mistake_in_the_timeline_is_named_with_its_line(story, old, new, line, column, said, remedy):
    """File, line, column, what is wrong and what would be right."""
    changed(story / "timeline.toml", old, new)
    with pytest.raises(InputError) as caught:
        play(story)
    assert said in caught.value.message
    assert remedy in caught.value.hint
    place = caught.value.place
    assert place.file == str(story / "timeline.toml")
    assert (place.line, column and place.column) == (line, column)


def test_every_mistake_is_told_at_once(story):
    """Nobody mends a file mistake by mistake."""
    changed(story / "timeline.toml", 'snapshot = "003"', 'snapshot = "030"')
    changed(story / "timeline.toml", 'snapshot = "004"', 'snapshot = "040"')
    with pytest.raises(InputError) as caught:
        play(story)
    assert [error.place.line for error in caught.value.all()] == [9, 13]


def test_faults_that_overlap_are_refused(story):
    """The second would end with the first, and nobody would see why."""
    changed(story / "timeline.toml", 'snapshot = "003"', 'faults = ["down"]\nfor = "2d"')
    changed(story / "timeline.toml", 'snapshot = "004"', 'faults = ["gzip"]')
    with pytest.raises(InputError, match=r"the faults before last until day 4 08:00"):
        play(story)


@pytest.mark.parametrize("name", ["story.md", "job.toml", "timeline.toml", "snapshots", "expected"])
def test_what_a_folder_lacks_is_named(story, name):
    """And how to come by it."""
    path = story / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(InputError) as caught:
        play(story)
    assert str(path) in str(caught.value.place)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("story.md", "no title", "no title"),
        ("expected/format", "0\n", "format '0'"),
        ("expected/format", "2\n", "format '2'"),
        ("expected/target.json", '{"Users": [', "not JSON"),
        ("target.json", "[]", "not an object"),
        ("target.json", '{"Users": [1]}', "not a list of resources"),
        ("target.json", '{"People": []}', "no People"),
        ("job.toml", "name = 1", "name must be a text"),
    ],
)
def test_a_file_that_says_something_else_is_named(story, file, text, said):
    """The place is the file itself."""
    (story / file).write_text(text)
    with pytest.raises(InputError) as caught:
        play(story)
    assert said in str(caught.value)
    assert str(story / file) in str(caught.value.place)


def test_a_later_job_file_is_read_before_the_first_request(story, unreached):
    """A mistake that would strike on day two is found before day zero."""
    changed(story / "timeline.toml", 'snapshot = "003"', 'job = "job-2.toml"')
    (story / "job-2.toml").write_text((story / "job.toml").read_text().replace('"scim"', '"other"'))
    done = run(story, "--url", unreached, SCIM_TOKEN="s3cret")
    assert done.code == 2
    assert "this is another job" in done.err
    assert 'write name = "scim"' in done.err


def test_an_expectation_of_another_version_is_not_compared(story, unreached):
    """Exit 2 names the file and --accept, and the endpoint is left alone."""
    (story / "expected/format").write_text("9\n")
    done = run(story, "--url", unreached, "--json", SCIM_TOKEN="s3cret")
    assert done.code == 2
    (finding,) = done.document["errors"]
    assert finding["file"].endswith("expected/format")
    assert finding["line"] == 1
    assert "--accept" in finding["hint"]


@pytest.mark.parametrize("token", [None, "env:NO_SUCH_VARIABLE", "s3cret"])
def test_a_token_that_is_not_at_hand_is_missed_before_the_first_request(story, unreached, token):
    """Whether it is the job's own or one of the command line."""
    done = run(story, "--url", unreached, *(("--token", token) if token else ()))
    assert done.code == 2
    assert "s3cret" not in done.err


@pytest.mark.parametrize(("story_name", "why"), [("throttled", "misbehaves"), ("hidden-disabled", "already there")])
def test_what_only_the_sandbox_can_play_is_not_played_elsewhere(tmp_path, unreached, story_name, why):
    """No real endpoint misbehaves on demand, and nobody's accounts are put there."""
    from tests.command import PROJECT

    done = run(PROJECT / "examples" / story_name, "--url", unreached, SCIM_TOKEN="s3cret")
    assert done.code == 2
    assert why in done.err


def test_no_folder_is_no_scenario(tmp_path):
    """A slip in the path is not a passed test."""
    assert run(tmp_path / "nowhere").code == 2
    assert run(tmp_path).code == 2


def test_every_folder_is_read_before_the_first_is_played(story, tmp_path, unreached):
    """What is wrong in the last one is found before the first one has sent anything, and all is told at once."""
    others = [copied(tmp_path / name) for name in ("second", "third")]
    (others[0] / "expected/format").unlink()
    changed(others[1] / "job.toml", "[source]", "[sauce]")
    done = run(story, *others, "--url", unreached, "--json", SCIM_TOKEN="s3cret")
    assert done.code == 2
    files = {finding["file"] for finding in done.document["errors"]}
    assert files == {str(others[0] / "expected/format"), str(others[1] / "job.toml")}


def test_findings_come_as_a_list(story):
    """For an editor."""
    changed(story / "timeline.toml", 'snapshot = "003"', 'faults = ["dwon"]')
    done = run(story, "--json")
    assert done.code == 2
    assert json.loads(done.out)["errors"][0]["line"] == 9
