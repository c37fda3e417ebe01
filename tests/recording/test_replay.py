"""What was recorded is played again without target, token or state; what differs is told."""

import os
import shutil

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.model.recording import Topic
from provisioner.sandbox import SandboxServer
from tests.command import provisioner
from tests.recording.played import NAMES, Organisation, named, sandbox, told


@pytest.fixture
def server():
    with SandboxServer(sandbox()) as running:
        yield running


async def two_cycles(organisation: Organisation) -> None:
    """An initial cycle, and one in which somebody is renamed, somebody leaves, somebody joins, and a group shrinks."""
    await organisation.record("initial")
    people = organisation.people
    people[1] = named(2, "Zoë", "Schmidt", manager=people[1]["manager"])
    people[2]["accountEnabled"] = False
    people.append(named(20, "Katherine", "Johnson", manager={"id": people[0]["id"]}))
    organisation.groups[0]["members"] = [person["id"] for person in people[3:]]
    report = await organisation.record("incremental")
    assert report.cycle == "incremental"
    assert report.counts.create
    assert report.counts.update
    assert report.counts.disable


async def test_two_cycles_with_managers_and_groups(tmp_path, server):
    """Initial and incremental: every request comes again, in the same number and with the same outcome."""
    organisation = Organisation(tmp_path, server.url)
    await two_cycles(organisation)
    asked = len(server.sandbox.requests)
    for name in ("initial", "incremental"):
        again = await organisation.replay(name)
        assert again.passed, told(again.divergences)
        assert again.report.counts.as_json() == again.recording.ending.counts
        assert again.report.requests == again.recording.ending.requests == len(again.recording.turns)
    assert len(server.sandbox.requests) == asked


@pytest.mark.parametrize(
    "fault",
    ["", "rate-limit=40", "error-on=30", "error-after-work", "close", "gone", "cut-body", "refuse-string-manager"],
)
@pytest.mark.parametrize("workers", [1, 4])
async def test_whatever_the_target_does_and_however_many_work_at_once(tmp_path, workers, fault):
    """P10: answers come in the recorded order: the same people meet a fault, a pause or the end of the cycle."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url, workers=workers)
        await organisation.record("before")
        server.sandbox.set_faults([fault] if fault else [])
        for person in organisation.people:
            person["jobTitle"] = "Director"
        organisation.people.append(named(21, "Mary", "Jackson"))
        organisation.groups[1]["members"] = organisation.groups[1]["members"][2:]
        report = await organisation.record("after")
    for name in ("before", "after", "after"):
        again = await organisation.replay(name)
        assert again.passed, told(again.divergences)
    assert again.report.status == report.status
    assert again.report.counts == report.counts


async def test_members_are_read_back_again(tmp_path, server):
    """What --verify-members asks beside belongs to the conversation about the member."""
    organisation = Organisation(tmp_path, server.url, verify_members=True)
    await organisation.record("verified")
    assert (await organisation.replay("verified")).passed


async def test_what_a_mapping_draws_by_chance_comes_again(tmp_path, server):
    """The seed is part of the recording, given or not."""
    organisation = Organisation(tmp_path, server.url, workers=4)
    organisation.change(
        '{ target = "title", source = "[jobTitle]" }', '{ target = "title", source = "RandomString(9,1,1,1,1)" }'
    )
    await organisation.record("chance")
    assert (await organisation.replay("chance")).passed


async def test_an_idle_cycle(tmp_path, server):
    """A snapshot nobody changed is answered with the probe alone, also in the replay."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("first")
    report = await organisation.record("second")
    again = await organisation.replay("second")
    assert again.passed
    assert again.report.requests == report.requests == len([t for t in again.recording.turns if t.topic == Topic()])


async def test_what_a_dead_run_left_is_found_out_again(tmp_path, server):
    """F01: an intent whose fate is unknown is part of the memory."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("first")
    server.sandbox.set_faults(["drop-after-create"])
    organisation.people.append(named(22, "Dorothy", "Vaughan"))
    await organisation.record("lost")
    server.sandbox.set_faults([])
    organisation.people[0]["jobTitle"] = "Countess"
    await organisation.record("found")
    for name in ("lost", "found"):
        assert (await organisation.replay(name)).passed


async def test_another_mapping_is_told_person_by_person(tmp_path, server):
    """The recorded job may be edited: what it would send stands beside what was sent; everything else still passes."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("run")
    job = tmp_path / "run/job.toml"
    job.write_text(job.read_text().replace('"[jobTitle]"', '"ToUpper([jobTitle])"'))
    again = await organisation.replay("run")
    assert again.recording.edited == ("job.toml",)
    assert told(again.divergences) == {(f"User {p['id']}", "another request") for p in organisation.people}
    assert all(b'"title":"ENGINEER"' in each.came.body for each in again.divergences)
    assert all(b'"title":"Engineer"' in each.expected.request.body for each in again.divergences)


async def test_requests_that_are_left_over_and_requests_nobody_recorded(tmp_path, server):
    """A job that provisions fewer leaves requests; one that provisions more sends what nobody answered."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("run")
    job = tmp_path / "run/job.toml"
    text = job.read_text()
    job.write_text(text[: text.index("[groups]")] + text[text.index("[limits]") :])
    fewer = await organisation.replay("run")
    assert ("Group 10000000-0000-0000-0000-000000000000", "a request that was recorded and not sent") in told(
        fewer.divergences
    )
    assert all(each.came is None for each in fewer.divergences)
    job.write_text(
        text.replace("match = 1 }", "match = 2 }").replace(
            'source = "[displayName]" },', 'source = "[displayName]", match = 1 },', 1
        )
    )
    more = await organisation.replay("run")
    assert {each.topic.source_id for each in more.divergences} >= {p["id"] for p in organisation.people}
    assert not more.passed


async def test_nothing_is_needed_and_nothing_touched(tmp_path, server, monkeypatch):
    """No token in the environment, no state beside the job, no file written."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("run")
    (tmp_path / ".provisioner").rename(tmp_path / "gone")
    organisation.job.unlink()
    monkeypatch.delenv("RECORDING_TOKEN", raising=False)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert (await organisation.replay("run")).passed
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert "RECORDING_TOKEN" not in os.environ


async def test_one_readable_file_for_each_object(tmp_path, server):
    """People and groups by their ids, and the endpoint itself."""
    organisation = Organisation(tmp_path, server.url)
    await organisation.record("run")
    files = {path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*.http")}
    people = {f"users/{person['id']}.http" for person in organisation.people}
    assert files == {"endpoint.http", *people, *(f"groups/{group['id']}.http" for group in organisation.groups)}
    ada = (tmp_path / "run" / f"users/{organisation.people[0]['id']}.http").read_text()
    assert "\nPOST /scim/v2/Users\n\n{\n" in ada
    assert '"userName": "ada.lovelace@contoso.example"' in ada
    assert "\nHTTP/1.1 201\n" in ada
    assert len(NAMES) == len(people)


@pytest.mark.parametrize("workers", [1, 4])
async def test_a_job_that_leaves_some_out_does_not_wait_for_them(tmp_path, server, workers):
    """Answers keep their order where some are never asked for; told is what is left, of these and whom they manage."""
    organisation = Organisation(tmp_path, server.url, workers=workers)
    await organisation.record("run")
    job = tmp_path / "run/job.toml"
    clause = '{ attribute = "surname", operator = "REGEX MATCH", value = "^[A-L].*" }'
    job.write_text(job.read_text() + f'\n[[users.filter]]\nname = "some"\nclauses = [{clause}]\n')
    again = await organisation.replay("run")
    out = {person["id"] for person in organisation.people if person["surname"] > "M"}
    without = {person["id"] for person in organisation.people if person.get("manager", {}).get("id") in out}
    assert {each.topic.source_id for each in again.divergences if each.topic.kind is ObjectKind.USER} == out | without
    assert {each.text for each in again.divergences} == {"a request that was recorded and not sent"}
    assert again.remarks[1].startswith("the cycle ends otherwise")


async def test_a_job_by_an_exported_schema(tmp_path, server):
    """The schema lies beside the job, wherever it was."""
    organisation = Organisation(tmp_path, server.url)
    (tmp_path / "elsewhere").mkdir()
    schema = provisioner("schema", "export", organisation.job).out
    (tmp_path / "elsewhere/export.json").write_text(schema)
    text = organisation.job.read_text()
    kept = text[: text.index("[users]")] + text[text.index("[limits]") :]
    organisation.job.write_text(kept.replace("[source]", 'schema = "elsewhere/export.json"\n\n[source]', 1))
    await organisation.record("plain")
    organisation.people[0]["jobTitle"] = "Countess"
    await organisation.record("hidden", pseudonyms=True)
    shutil.rmtree(tmp_path / "elsewhere")
    for name in ("plain", "hidden"):
        assert (await organisation.replay(name)).passed
        assert (tmp_path / name / "export.json").is_file()
