"""``run --record`` and ``replay`` as people use them, against a SCIM server that is not ours."""

import shutil
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import orjson
import pytest

from provisioner.engine.wire import WireRequest
from provisioner.sandbox import SandboxServer
from tests.command import CONFIG, directory, person, provisioner
from tests.recording.played import TOKEN, Organisation, sandbox
from tests.servers import scim2_server


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """An initial and an incremental cycle against scim2-server, which is gone by the time they are replayed."""
    folder = tmp_path_factory.mktemp("recordings")
    job = folder / "real-links.toml"
    job.write_text((CONFIG / "real-links.toml").read_text())
    people = [person(number) for number in range(1, 5)]
    with scim2_server(folder, token=TOKEN) as server:
        run = ("run", job, "--url", server.url)
        directory(folder / "directory", people)
        assert provisioner(*run, "--record", folder / "initial", REAL_LINKS_TOKEN=TOKEN).code == 0
        people[0]["jobTitle"] = "Director"
        people[1]["accountEnabled"] = False
        directory(folder / "directory", people)
        options = ("--record", folder / "incremental", "--workers", 4, "--json")
        assert provisioner(*run, *options, REAL_LINKS_TOKEN=TOKEN).document["counts"]["update"] == 1
    return folder


def replay(*arguments, **variables):
    """The command, where the token is not known."""
    return provisioner("replay", *arguments, REAL_LINKS_TOKEN="", **variables)


@pytest.mark.parametrize("name", ["initial", "incremental"])
def test_a_recording_replays_without_server_and_token(recordings, name):
    """Exit 0, in words and as one JSON document."""
    said = replay(recordings / name)
    assert said.code == 0, said.out + said.err
    assert said.out.startswith(f"passed {recordings / name}: {name} cycle")
    document = replay(recordings / name, "--json").document
    assert document["passed"]
    assert document["differences"] == []
    assert document["report"]["cycle"] == name


@pytest.fixture
def edited(recordings, tmp_path):
    """The initial cycle under a mapping that was changed since."""
    shutil.copytree(recordings / "initial", tmp_path / "edited")
    job = tmp_path / "edited/job.toml"
    job.write_text(job.read_text().replace('"[jobTitle]"', '"ToUpper([jobTitle])"'))
    return tmp_path / "edited"


def test_a_changed_mapping_is_shown_side_by_side(edited):
    """Exit 3, with only the line that differs and what is around it, and where the recorded request stands."""
    said = replay(edited)
    assert said.code == 3
    lines = said.out.splitlines()
    (first, *_) = [line for line in lines if "|" in line]
    assert first.split() == ['"title":', '"Engineer",', "|", '"title":', '"ENGINEER",']
    assert any(line.strip().startswith(f"{edited}/users/00000000-0000-0000-0000-000000000001.http:") for line in lines)
    assert "job.toml is not as it was recorded" in said.err


def test_a_report_for_ci(edited, tmp_path):
    """JUnit: one test for each object, failed with both requests side by side, at its line."""
    report = tmp_path / "replay.xml"
    assert replay(edited, "--junit", report, "--json").code == 3
    cases = ET.parse(report).getroot().findall(".//testcase")
    failed = [case for case in cases if case.find("failure") is not None]
    assert {case.get("name") for case in cases} >= {"the recording", "the endpoint"}
    assert [case.get("name") for case in failed] == [f"User {person(n)['id']}" for n in range(1, 5)]
    assert all('"title": "ENGINEER"' in (case.find("failure").text or "") for case in failed)
    assert failed[0].get("file", "").endswith(".http")
    assert int(failed[0].get("line", "0")) > 1


def test_json_names_file_line_and_both_requests(edited):
    """For programs."""
    (first, *_) = replay(edited, "--json").document["differences"]
    assert (first["what"], first["object"]) == ("another request", f"User {person(1)['id']}")
    assert (edited / "users" / f"{person(1)['id']}.http").read_text().splitlines()[first["line"] - 1].startswith("### ")
    assert first["expected"].startswith("POST /v2/Users")
    assert first["came"].startswith("POST /v2/Users")


def test_an_old_recording_fails_where_its_age_matters(recordings):
    """--max-age, by the machine's clock or --now; without it a recording never grows old."""
    index = orjson.loads((recordings / "initial/recording.json").read_bytes())
    recorded = datetime.fromisoformat(index["circumstances"]["recorded"])
    for days, code in ((89, 0), (91, 3)):
        now = (recorded + timedelta(days=days)).isoformat()
        assert replay(recordings / "initial", "--max-age", "90d", "--now", now).code == code
    assert "91 days ago" in replay(recordings / "initial", "--max-age", "90d", "--now", now).out
    assert replay(recordings / "initial", "--now", now).code == 0
    assert replay(recordings / "initial", "--max-age", "soon").code == 2


def test_no_file_holds_the_token(recordings):
    """F32: neither of any recording, nor as its base64 or in escapes; there is no Authorization header at all."""
    files = [path for path in recordings.rglob("*") if path.is_file() and path.parent != recordings]
    kept = [path.read_bytes() for path in files if "tial" in str(path) or "incremental" in str(path)]
    assert len(kept) > 10
    assert not [raw for raw in kept if TOKEN.encode() in raw or b"uthorization" in raw or b"Bearer" in raw]


def test_a_request_has_no_place_for_a_token():
    """What the recorder is told of has three parts, and none of them is a header."""
    assert set(WireRequest.__slots__) == {"method", "target", "body"}


def replies_in(folder):
    """What a target answered, as it stands in the cassettes."""
    told = (path.read_text() for path in folder.rglob("*.http"))
    return "".join(part.partition("\n### ")[0] for text in told for part in text.split("\nHTTP/1.1 ")[1:])


async def test_a_target_that_repeats_the_token_brings_it_into_no_file(tmp_path):
    """Nor under pseudonyms."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        organisation.people[0]["jobTitle"] = TOKEN  # the target returns what it was sent, and so repeats it
        await organisation.record("plain")
        organisation.people[0]["department"] = "Analysis"
        await organisation.record("hidden", pseudonyms=True)
    for name in ("plain", "hidden"):
        assert "********" in replies_in(tmp_path / name)
        assert TOKEN not in replies_in(tmp_path / name)


def test_a_probe_that_differs_is_told_too(edited, tmp_path):
    """Another matching attribute: the endpoint itself is asked otherwise, and everybody is left over."""
    job = edited / "job.toml"
    text = job.read_text()
    job.write_text(
        text.replace('"[userPrincipalName]", match = 1', '"[userPrincipalName]"').replace(
            ':emailAddress", source = "[mail]", type = "String", filterable = false',
            ':emailAddress", source = "[mail]", type = "String", match = 1',
        )
    )
    assert job.read_text() != text
    report = tmp_path / "replay.xml"
    said = replay(edited, "--junit", report)
    assert said.code == 3, said.err
    failed = {case.get("name") for case in ET.parse(report).getroot().findall(".//testcase[failure]")}
    assert "the endpoint" in failed
