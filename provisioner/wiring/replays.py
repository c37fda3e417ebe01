"""What a replay found, told request by request."""

from collections.abc import Iterator
from itertools import groupby

from provisioner.engine.comparison import side_by_side
from provisioner.engine.replaying import Divergence, text_of
from provisioner.model.errors import Place
from provisioner.model.recording import Topic
from provisioner.model.result import Result
from provisioner.model.scenario import Difference
from provisioner.wiring.replaying import Replayed


def place_of(replayed: Replayed, divergence: Divergence) -> Place:
    """Where the request that was expected stands; the recording itself when none was."""
    recording, expected = replayed.recording, divergence.expected
    file = recording.files.get(divergence.topic.object, str(recording.folder))
    return Place(file, expected.line if expected is not None else None)


def difference_of(replayed: Replayed, divergence: Divergence) -> Difference:
    """The two requests as people read them."""
    expected = divergence.expected.request if divergence.expected is not None else None
    heading = f"{divergence.topic}: {divergence.text}"
    return Difference(str(place_of(replayed, divergence)), heading, text_of(expected), text_of(divergence.came))


def results_of_replay(replayed: Replayed) -> Iterator[Result]:
    """One result for the recording as a whole, and one for each object's conversation."""
    recording = replayed.recording
    suite = str(recording.folder)
    yield Result(suite, "the recording", replayed.stale, "\n".join(replayed.remarks), Place(suite))
    found = sorted(replayed.divergences, key=lambda divergence: str(_object(divergence)))
    failing = {topic: tuple(each) for topic, each in groupby(found, _object)}
    for topic in sorted({*recording.files, *failing}, key=str):
        divergences = failing.get(topic, ())
        place = place_of(replayed, divergences[0]) if divergences else Place(recording.files[topic])
        told = (f"{d.topic}: {d.text}\n{side_by_side(difference_of(replayed, d))}" for d in divergences)
        yield Result(suite, str(topic), "\n\n".join(told), "", place)


def _object(divergence: Divergence) -> Topic:
    return divergence.topic.object
