"""Makes the recordings that stay in ``tests/recordings``: ``python -m tests.recording.make FOLDER``.

They are kept as they were recorded: every later version of this program must replay them. Others may be added beside
them. One is made anew only when the requests themselves were wrong, and have been changed on purpose.
"""

import asyncio
import sys
from pathlib import Path

from provisioner.sandbox import SandboxServer
from tests.recording.played import Organisation, named, sandbox


async def make(folder: Path) -> None:
    """An initial cycle; one with changes under a target that refuses now and then; one with four workers."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(folder, server.url)
        await organisation.record("initial")
        people = organisation.people
        people[1] = named(2, "Zoë", "Schmidt", manager=people[1]["manager"])
        people[2]["accountEnabled"] = False
        people.append(named(20, "Katherine", "Johnson", manager={"id": people[0]["id"]}))
        organisation.groups[0]["members"] = [person["id"] for person in people[3:]]
        server.sandbox.set_faults(["error-on=7"])
        await organisation.record("incremental")
        server.sandbox.set_faults([])
        organisation.workers = 4
        for person in people:
            person["jobTitle"] = "Director"
        await organisation.record("pseudonymised", pseudonyms=True)


if __name__ == "__main__":
    asyncio.run(make(Path(sys.argv[1])))
