"""The stories in examples/ are golden tests and documentation at once."""

import os
from pathlib import Path

import pytest

from provisioner.wiring.scenarios import found, play
from tests.command import PROJECT

EXAMPLES = PROJECT / "examples"
STORIES = [Path(folder) for folder in found([str(EXAMPLES)])]
INDEX = EXAMPLES / "README.md"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told_as_expected(story):
    """Every request, every entry of the log and every account at the end is as it was accepted.

    ``provisioner scenario run examples --accept`` rewrites what is expected: review the difference.
    """
    assert play(story).differences == ()


def test_there_is_a_story_for_every_lesson():
    """Issue by issue, what people learn the hard way stands in a folder of its own."""
    lessons = {
        "real-links",
        "joiner-mover-leaver",
        "rename",
        "unassign-and-return",
        "soft-delete-to-purge",
        "mass-leave",
        "down-overnight",
        "wrong-token",
        "wiped-members",
        "hidden-disabled",
        "groups",
        "groups-with-the-flag",
        "mapping-change",
    }
    assert lessons <= {story.name for story in STORIES}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_says_its_lesson_in_three_sentences(story):
    """A title, and a paragraph that is read in a quarter of a minute."""
    title, lesson, *_ = (story / "story.md").read_text().split("\n\n")
    assert title.startswith("# ")
    assert len(sentences(lesson)) == 3


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; a full stop within a name ends none."""
    return [sentence for sentence in " ".join(paragraph.split()).rstrip(".").split(". ") if sentence]


def test_the_index_lists_every_story_by_its_title():
    """examples/README.md names them all; with ACCEPT=1 its list is written anew."""
    text = INDEX.read_text()
    before, _, rest = text.partition("\n- [")
    folders = {(story / "story.md").read_text().splitlines()[0].removeprefix("# "): story.name for story in STORIES}
    listed = "".join(f"\n- [{title}]({folder}/story.md)" for title, folder in sorted(folders.items()))
    right = before + listed + rest[rest.index("\n\n") :]
    if os.environ.get("ACCEPT"):
        INDEX.write_text(right)
    assert text == right


def test_the_story_of_real_links_uses_the_shipped_job():
    """The example's job is the template, but for the snapshot and where an editor finds the schema."""
    own, shipped = (
        [line for line in file.read_text().splitlines() if "snapshot =" not in line and not line.startswith("#:schema")]
        for file in (EXAMPLES / "real-links/job.toml", PROJECT / "config/real-links.toml")
    )
    assert own == shipped
