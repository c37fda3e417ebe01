"""The first cycle of a large group: as many connections as members are in flight, and progress to look at (E8, E60)."""

from tests.targets.rehearsal import Rehearsal

MEMBERS = 60


class Seen:
    """A Progress that remembers: (what, total, steps)."""

    def __init__(self):
        self.passes = []

    def begin(self, what, total):
        self.passes.append([what, total, 0])

    def step(self, _):
        self.passes[-1][2] += 1

    def end(self):
        pass


async def test_a_large_group_keeps_to_its_connections_and_shows_how_far_it_is(tmp_path, relay, sandbox):
    """Sixty members over five connections, one PATCH each; the first connection carried everybody else before."""
    rehearsal = Rehearsal(tmp_path, relay.url)
    rehearsal.progress = seen = Seen()
    names = [f"p{number}" for number in range(MEMBERS)]
    for name in names:
        rehearsal.company.join(name)
    rehearsal.company.found("Everybody", *names)
    assert (await rehearsal.cycle()).failures == ()
    assert relay.connections == 5
    patches = [passed.body for passed in relay.passed if passed.method == "PATCH"]
    assert len(set(patches)) == len(patches) == MEMBERS
    assert [(what, total) for what, total, _ in seen.passes] == [
        ("users", MEMBERS),
        ("references", 0),
        ("groups", 1),
        ("members", MEMBERS),
    ]
    assert seen.passes[-1][2] == MEMBERS
    assert len(sandbox.dump()["Groups"][0]["members"]) == MEMBERS
