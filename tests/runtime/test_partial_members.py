"""A directory that returned one page of a group's members: whoever is on the others looks unassigned (F27)."""

import pytest

from provisioner.model.job import Limits
from provisioner.model.question import Modify, Remove
from tests.command import directory
from tests.engine.worlds import job
from tests.runtime.cycles import Company, counted

PEOPLE = 10


class Team(Company):
    """People who are entitled as members of one assigned group; ``listed`` is how many of them the export holds."""

    listed = PEOPLE

    def write(self):
        people = list(self.people.values())
        members = [person["id"] for person in people][: self.listed]
        group = {"id": "g1", "displayName": "Everybody", "securityEnabled": True, "members": members}
        return directory(self.folder / "directory", people, assigned=["g1"], groups=[group])


@pytest.mark.parametrize("limits", [Limits(deletion_count=3), Limits(deletion_share=0.2)], ids=["count", "share"])
async def test_a_partial_list_of_members_disables_nobody(tmp_path, limits):
    """P4: held, nothing is sent, exit 4; with the whole list the next cycle has nothing to do."""
    team = Team(tmp_path, people=PEOPLE, made=job(limits=limits))
    assert counted(await team.cycle()) == {"create": PEOPLE}
    team.target.asked.clear()
    team.listed = PEOPLE // 2
    report = await team.cycle()
    assert (counted(report), report.exit_code) == ({"stagedDelete": PEOPLE // 2}, 4)
    assert not [question for question in team.target.asked if isinstance(question, Modify | Remove)]
    team.listed = PEOPLE
    report = await team.cycle()
    assert (report.counts.disable, report.counts.delete, report.quarantine) == (0, 0, None)
    assert all(body["active"] is True for body in team.target.users().values())
