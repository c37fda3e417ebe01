"""A plan is the run, stopped at its first writing question (P7)."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.adapters.ids import SeededIds
from provisioner.adapters.plan_spool import PlanSpool
from provisioner.adapters.service_constants import service_constants
from provisioner.adapters.snapshot import open_source
from provisioner.adapters.store_sql import open_store
from provisioner.model.directory import ObjectKind
from provisioner.model.job import Limits
from provisioner.model.question import Create, Find, Modify, Read, Remove
from provisioner.runtime.plan import Collector, plan_cycle
from provisioner.runtime.world import World
from tests.engine.worlds import ACTIVE, MANAGER, TITLE, USER_NAME, job
from tests.runtime.cycles import Company
from tests.runtime.test_groups import GROUP_RULES, Club

WRITES = Create | Modify | Remove


def bare(question, ids):
    """A writing question without the target ids a plan cannot know: each is replaced by whose it is."""
    text = orjson.dumps(
        [type(question).__name__, question.kind, getattr(question, "id", ""), getattr(question, "body", None)]
    )
    for target_id, owner in sorted(ids.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(f'"{target_id}"'.encode(), f'"<{owner}>"'.encode())
    return text


async def planned(company):
    """What the plan says: the summary, every object, the questions its preview asked, and whose the virtual ids are."""
    file = company.folder / "state.db"
    with (
        open_store(str(file), job=company.job.name, ids=SeededIds(0), read_only=True) as store,
        PlanSpool() as spool,
    ):
        written = []
        source = open_source(str(company.write()))
        ids = SeededIds(company.serial)
        world = World(company.clock, ids, source, (company.target,), store, service=service_constants())
        original = Collector.watch

        def watch(self, subject, outcome, questions, *, again):
            written.extend((outcome.source_id, outcome.target_id, question) for question in questions)
            original(self, subject, outcome, questions, again=again)

        Collector.watch = watch
        try:
            summary = await plan_cycle(company.job, world, company.target, spool)
        finally:
            Collector.watch = original
        return summary, list(spool), written


async def compare(company):
    """Plan, then run; the plan must be right to the last operation, and have changed nothing."""
    target = orjson.dumps([str(item) for item in sorted(company.target.accounts.items(), key=str)])
    state = (company.folder / "state.db").read_bytes() if (company.folder / "state.db").exists() else b""
    begun = len(company.target.asked)
    summary, objects, written = await planned(company)
    assert not [q for q in company.target.asked[begun:] if isinstance(q, WRITES)]
    assert orjson.dumps([str(item) for item in sorted(company.target.accounts.items(), key=str)]) == target
    assert ((company.folder / "state.db").read_bytes() if state else b"") == state
    reading = [q for q in company.target.asked[begun:] if isinstance(q, Find | Read) and not getattr(q, "probe", False)]

    begun = len(company.target.asked)
    report = await company.cycle()
    asked = company.target.asked[begun:]
    done = [q for q in asked if isinstance(q, WRITES)]
    assert summary.counts == report.counts
    assert summary.cycle == report.cycle
    with company.memory() as memory:
        owners = {link.target_id: link.source_id for kind in ObjectKind for link in memory.links(kind)}
    virtual = {target_id: source_id for source_id, target_id, q in written if isinstance(q, Create)}
    gone = {q.id: "gone" for q in done if isinstance(q, Remove)}
    said = [bare(question, {**owners, **gone, **virtual}) for _, _, question in written]
    assert sorted(said) == sorted(bare(question, {**owners, **gone}) for question in done)
    assert [q for q in asked if isinstance(q, Find) and not q.probe] == [q for q in reading if isinstance(q, Find)]
    operations = [o for planned_object in objects for o in planned_object.operations]
    assert len(operations) == sum(len(q.body["Operations"]) if isinstance(q, Modify) else 1 for q in done)
    return summary, objects


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "jobTitle": st.sampled_from([None, "", "Engineer", "Boss"]),
            "accountEnabled": st.booleans(),
            "deletedDateTime": st.sampled_from([None, None, None, "2026-01-01T00:00:00Z"]),
            "manager": st.sampled_from([None, 1, 2, 3, 9]),
            "assigned": st.booleans(),
            "gone": st.sampled_from([False, False, False, True]),
        }
    ),
    min_size=3,
    max_size=5,
)


def furnish(company, people):
    company.people = {}
    assigned = []
    from tests.command import person

    for number, entry in enumerate(people, 1):
        if entry["gone"]:
            continue
        manager = {"id": person(entry["manager"])["id"]} if entry["manager"] else None
        own = {key: entry[key] for key in ("jobTitle", "accountEnabled", "deletedDateTime")}
        company.people[number] = person(number, manager=manager, **own)
        if entry["assigned"]:
            assigned.append(company.people[number]["id"])
    company.people.setdefault(99, person(99))
    company.assigned = assigned


@given(st.lists(PEOPLE, min_size=1, max_size=3), st.sets(st.integers(1, 5)), st.sampled_from([None, 0, 1]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_what_plan_says_is_what_run_does(days, present, threshold):
    """P7, release-blocking: for generated worlds, object by object and operation by operation."""

    async def story(folder):
        made = replace(job(USER_NAME, ACTIVE, TITLE, MANAGER), limits=Limits(deletion_count=threshold))
        company = Company(Path(folder), made=made)
        for number in present:
            account = {"id": f"x{number}", "userName": f"P{number}@contoso.example", "title": "Old"}
            company.target.accounts[ObjectKind.USER, f"x{number}"] = account
        for people in days:
            furnish(company, people)
            await compare(company)

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(story(folder))


async def test_groups_and_memberships_are_planned_in_the_same_pass(tmp_path):
    """Memberships hang on accounts that would be created: virtual ids stand for them."""
    club = Club(tmp_path)
    summary, objects = await compare(club)
    group = next(planned_object for planned_object in objects if planned_object.kind == "Group")
    assert [operation["op"] for operation in group.operations] == ["POST", "Add", "Add"]
    assert summary.counts.create == 4
    club.groups["g1"]["members"] = club.ids(2, 3)
    club.people[1]["jobTitle"] = "Boss"
    await compare(club)
    del club.groups["g1"]
    await compare(club)
    assert GROUP_RULES.mappings


async def test_a_virtual_id_tells_whose_it_is(tmp_path):
    """What hangs on an account that would be created names it by the id the plan gives that account."""
    company = Company(tmp_path, made=job(USER_NAME, MANAGER))
    company.people[1]["manager"] = company.people[3]["id"]
    _, objects = await compare(company)
    accounts = {planned.id: planned.target_id for planned in objects}
    assert len(set(accounts.values())) == 3
    wanted = {"op": "Add", "path": MANAGER.target.text, "value": accounts[company.people[3]["id"]]}
    assert objects[0].operations[-1] == wanted
    assert objects[0].as_json()["targetId"] == accounts[company.people[1]["id"]]
    company.people[1]["userPrincipalName"] = "married@contoso.example"
    _, (planned,) = await compare(company)
    assert planned.target_id in {account["id"] for account in company.target.users().values()}


async def test_a_plan_names_object_action_reason_and_changes(tmp_path):
    """What people read: before and after of each attribute, and why the object is there at all."""
    company = Company(tmp_path)
    await compare(company)
    company.people[2]["jobTitle"] = "Director"
    del company.people[3]
    _, objects = await compare(company)
    told = {(o.name, o.action, o.reason) for o in objects}
    assert told == {
        ("t3", "delete", "gone from the source"),
        ("p2@contoso.example", "update", "changed in the source"),
    }
    changed = next(o for o in objects if o.action == "update")
    assert changed.changes == ({"attribute": "title", "before": "Engineer", "after": "Director"},)
    assert changed.operations == ({"op": "Replace", "path": "title", "value": "Director"},)
