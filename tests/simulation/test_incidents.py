"""What has disabled whole companies elsewhere: here nobody is disabled or deleted, and the run says so (F03, F27)."""

from dataclasses import replace

import pytest

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.store_sql import open_store
from provisioner.model.answer import Fault, FaultKind, Unknown
from provisioner.model.errors import InputError, SnapshotInvalid
from provisioner.model.job import Limits
from provisioner.model.question import Create, Find, Modify, Read, Remove
from provisioner.model.state import Request, RequestKind
from tests.engine.worlds import job
from tests.runtime.cycles import Company

PEOPLE = 10
SILENCE = Unknown(Fault(FaultKind.TIMEOUT, ""))


@pytest.fixture
async def company(tmp_path):
    """Ten people with active accounts, and a threshold of three."""
    company = Company(tmp_path, people=PEOPLE, made=job(limits=Limits(deletion_count=3)))
    await company.cycle()
    company.target.asked.clear()
    return company


def unharmed(company):
    """Whether everybody still has her active account and nobody was asked to change."""
    everybody = company.target.users().values()
    assert [body["active"] for body in everybody] == [True] * PEOPLE
    assert not [question for question in company.target.asked if isinstance(question, Modify | Remove)]
    return True


def torn(monkeypatch, company):
    """The export stops half-way: what was written so far is all there is."""
    write = company.write

    def write_half():
        folder = write()
        users = (folder / "users.json").read_bytes()
        (folder / "users.json").write_bytes(users[: len(users) // 2])
        return folder

    monkeypatch.setattr(company, "write", write_half)


def empty(monkeypatch, company):
    """The export ran with an expired login and returned nothing, properly."""
    company.people.clear()


def vanished(monkeypatch, company):
    """The file is not there at all."""
    write = company.write

    def write_nothing():
        folder = write()
        (folder / "users.json").unlink()
        return folder

    monkeypatch.setattr(company, "write", write_nothing)


@pytest.mark.parametrize("incident", [torn, empty, vanished])
async def test_a_source_that_cannot_be_trusted_changes_nothing(company, monkeypatch, incident):
    """P5: unreadable half-way, empty, or gone. The run is refused before anything is asked, and the error says why."""
    incident(monkeypatch, company)
    with pytest.raises(SnapshotInvalid) as refusal:
        await company.cycle()
    assert isinstance(refusal.value, InputError)
    assert str(refusal.value)
    assert company.target.asked == []
    assert unharmed(company)


@pytest.mark.parametrize("kind", [Find, Read])
async def test_one_look_up_that_fails_is_not_an_absence(company, kind):
    """P2: the target does not answer a look-up of a newcomer, or of somebody who changed. Nobody is created for it."""
    company.people[2]["jobTitle"] = "Director"
    newcomer = {**company.people[1], "id": "new", "userPrincipalName": "new@contoso.example"}
    company.people[99] = newcomer
    company.target.trouble = lambda question, act: (
        SILENCE if isinstance(question, kind) and not getattr(question, "probe", False) else act()
    )
    report = await company.cycle()
    assert report.exit_code == 3
    assert report.counts.fail == 1
    assert report.counts.disable == report.counts.delete == 0
    created = [question for question in company.target.asked if isinstance(question, Create)]
    assert len(created) == (0 if kind is Find else 1)


async def test_half_of_the_users_are_missing(company):
    """P4: a partial list without an error. The threshold holds every removal back (E94), and nothing is sent."""
    for number in range(1, PEOPLE // 2 + 1):
        del company.people[number]
    report = await company.cycle()
    assert report.exit_code == 4
    assert report.counts.staged_delete == PEOPLE // 2
    assert report.quarantine.reason == "TooManyDeletes"
    assert unharmed(company)


async def test_half_of_the_assignments_are_missing(company):
    """P4: the users are there, but a page of the assignments is not."""
    company.assigned = [person["id"] for person in list(company.people.values())[PEOPLE // 2 :]]
    report = await company.cycle()
    assert report.exit_code == 4
    assert unharmed(company)


@pytest.mark.parametrize("limits", [Limits(deletion_share=0.2), Limits(deletion_count=3, deletion_share=0.9)])
async def test_a_share_holds_them_back_as_well(company, limits):
    """P4: of a share and a count the smaller bound holds."""
    company.job = replace(company.job, limits=limits)
    for number in range(1, PEOPLE // 2 + 1):
        del company.people[number]
    assert (await company.cycle()).exit_code == 4
    assert unharmed(company)


async def test_an_approval_is_not_good_for_more_than_was_approved(company):
    """P4, F27: four removals are approved, then two more people vanish: all six are held again."""
    for number in range(1, 5):
        del company.people[number]
    await company.cycle()
    with company.memory() as memory:
        held = memory.health().quarantine.held
    with open_store(str(company.folder / "state.db"), job=company.job.name, ids=SeededIds(0)) as memory:
        memory.ask(Request("q", RequestKind.RESTART, company.clock.now(), ("force-deletes",), held))
    del company.people[5], company.people[6]
    report = await company.cycle()
    assert report.exit_code == 4
    assert report.counts.staged_delete == 6
    assert unharmed(company)
