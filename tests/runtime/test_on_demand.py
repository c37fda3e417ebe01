"""Provision on demand beside everything else that happens to a job (E100)."""

from dataclasses import replace

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.model.answer import Fault, FaultKind, Unknown
from provisioner.model.errors import InputError
from provisioner.model.job import TargetSettings
from provisioner.model.question import Create, Find
from provisioner.runtime.on_demand import explain, provision_on_demand
from provisioner.runtime.world import World
from tests.command import person
from tests.engine.worlds import MANAGER, USER_NAME, job
from tests.runtime.cycles import Company
from tests.runtime.test_groups import Club

SILENCE = Unknown(Fault(FaultKind.TIMEOUT, "no answer"))


async def asked(company, who, *, do=provision_on_demand, members=None):
    """One person on demand, or explained: the document."""
    ids = SeededIds(99)
    with open_store(str(company.folder / "state.db"), job=company.job.name, ids=ids) as store:
        source = open_source(str(company.write()))
        world = World(company.clock, ids, source, (company.target,), store, service=service_constants())
        return await (
            do(company.job, world, who, members) if do is provision_on_demand else do(company.job, world, who)
        )


@pytest.fixture
async def struck(tmp_path):
    """The process ended after the target had created somebody and before the answer was written down; then she is
    renamed."""
    company = Company(tmp_path, people=1)

    def die_after_create(question, act):
        answer = act()
        if isinstance(question, Create):
            raise KeyboardInterrupt
        return answer

    company.target.trouble = die_after_create
    with pytest.raises(KeyboardInterrupt):
        await company.cycle()
    company.target.trouble = lambda _, act: act()
    company.people[1]["userPrincipalName"] = "married@contoso.example"
    return company


async def test_what_an_interrupted_run_created_is_found_first(struck):
    """P2, P3, F01: on demand too she is looked up by the name she was created with; no second account."""
    document = await asked(struck, "married@contoso.example")
    assert document["action"]["action"] == "update"
    assert list(struck.target.users()) == ["married@contoso.example"]
    with struck.memory() as memory:
        assert list(memory.intents()) == []


async def test_who_is_in_doubt_is_left_alone(struck):
    """P2: as long as the target does not say what became of the create, she is not created by her new name."""
    struck.target.trouble = lambda question, act: (
        SILENCE if isinstance(question, Find) and not question.probe else act()
    )
    document = await asked(struck, "married@contoso.example")
    assert document["action"]["action"] == "skip"
    assert "what became of it" in document["action"]["error"]["reason"]
    assert list(struck.target.users()) == ["p1@contoso.example"]
    assert (await asked(struck, "married@contoso.example", do=explain))["action"]["skipReason"] == "in doubt"


async def test_the_accounts_of_another_target_mean_nothing(tmp_path):
    """The ids of one server mean nothing to another: on demand, too, everybody is matched anew."""
    company = Company(tmp_path, people=1)
    await company.cycle()
    company.job = replace(company.job, target=TargetSettings("http://127.0.0.1:2/scim"))
    company.target.accounts.clear()
    company.target.asked.clear()
    assert (await asked(company, "p1@contoso.example"))["match"]["linkedTo"] == "t2"
    assert [type(question) for question in company.target.asked] == [Find, Find, Create]


async def test_a_manager_without_an_account_is_told(tmp_path):
    """A reference that cannot be sent yet is not passed over in silence, nor one to somebody explained before."""
    company = Company(tmp_path, people=2, made=job(USER_NAME, MANAGER))
    company.people[1]["manager"] = company.people[2]["id"]
    for do in (explain, provision_on_demand):
        action = (await asked(company, "p1@contoso.example", do=do))["action"]
        assert action["referencesWithoutAccount"] == [
            {"path": MANAGER.target.text, "sourceId": company.people[2]["id"]}
        ]
    await asked(company, "p2@contoso.example")
    action = (await asked(company, "p1@contoso.example", do=explain))["action"]
    assert action["referencesWithoutAccount"] == []
    assert action["operations"] == [{"op": "Add", "path": MANAGER.target.text, "value": "t2"}]


@pytest.fixture
async def club(tmp_path):
    """A group of two, provisioned; a third has joined and the first has left since."""
    club = Club(tmp_path)
    club.unassigned = {"g1"}
    await club.cycle()
    club.unassigned = set()
    await asked(club, "Engineers")
    club.groups["g1"]["members"] = club.ids(2, 3)
    return club


async def test_the_members_of_a_group_are_explained(club):
    """The mapping of members with whom the directory names, what would be sent, and who has no account to be named."""
    club.people[4] = person(4)
    club.unassigned = {*getattr(club, "unassigned", ()), club.people[4]["id"]}
    club.groups["g1"]["members"] += club.ids(4)
    document = await asked(club, "Engineers", do=explain)
    members = document["mappings"][-1]
    assert (members["target"], members["expression"], members["result"]) == ("members", "[members]", club.ids(2, 3, 4))
    assert [operation["op"] for operation in document["action"]["operations"]] == ["Remove", "Add"]
    assert document["action"]["membersWithoutAccount"] == club.ids(4)


async def test_chosen_members_come_and_go(club):
    """E100: those who are named, by name or id, and nobody else; one who left is taken out."""
    await asked(club, "Engineers", members=("P3@contoso.example",))
    assert club.members() == [f"p{n}@contoso.example" for n in (1, 2, 3)]
    await asked(club, "Engineers", members=tuple(club.ids(1)))
    assert club.members() == ["p2@contoso.example", "p3@contoso.example"]


async def test_a_chosen_member_without_an_account_is_told(club):
    """A membership names an account; who has none is not passed over in silence."""
    club.people[4] = person(4)
    club.groups["g1"]["members"] += club.ids(4)
    document = await asked(club, "Engineers", members=("p4@contoso.example", "p3@contoso.example"))
    assert document["action"]["membersWithoutAccount"] == club.ids(4)
    assert "p3@contoso.example" in club.members()


@pytest.mark.parametrize(
    ("who", "members", "said"),
    [
        ("Engineers", ("p9@contoso.example",), "nobody"),
        ("g1", ("p4@contoso.example",), "no member of 'Engineers'"),
        ("p1@contoso.example", ("p2@contoso.example",), "only a group"),
        ("Engineers", tuple("abcdef"), "at most 5"),
    ],
)
async def test_members_that_are_none_are_refused(club, who, members, said):
    """Before anything is written."""
    club.people[4] = person(4)
    before = club.members()
    with pytest.raises(InputError, match=said):
        await asked(club, who, members=members)
    assert club.members() == before
