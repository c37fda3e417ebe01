"""How many requests are under way at once (E8): people one after another, the members of a group up to five."""

import asyncio
from dataclasses import replace

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.model.job import Limits
from provisioner.model.question import Modify
from tests.runtime.test_groups import Club
from tests.simulation.model_target import ModelTarget

TURNS = 20
"""Turns of the loop a question waits for its answer: time enough for everybody who may ask meanwhile."""


class Crowd(ModelTarget):
    """A target that takes its time, and counts who waits at once: members of groups, and everybody else."""

    def __init__(self):
        super().__init__()
        self.inside = {"members": 0, "others": 0}
        self.most = dict(self.inside)

    async def ask(self, question):
        what = "members" if isinstance(question, Modify) and question.kind is ObjectKind.GROUP else "others"
        self.inside[what] += 1
        self.most[what] = max(self.most[what], self.inside[what])
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.inside[what] -= 1
        return await super().ask(question)


@pytest.mark.parametrize(("in_flight", "most"), [(None, 5), (1, 1), (3, 3)])
async def test_members_go_up_to_five_at_once_and_people_alone(tmp_path, in_flight, most):
    """E8: five unless the job says otherwise, one of them in a row; and all of them arrive."""
    club = Club(tmp_path, people=12)
    club.groups["g1"]["members"] = club.ids(*range(1, 13))
    club.target = Crowd()
    if in_flight is not None:
        club.job = replace(club.job, limits=Limits(member_patches_in_flight=in_flight))
    await club.cycle()
    assert club.target.most == {"members": most, "others": 1}
    assert len(club.members()) == 12
