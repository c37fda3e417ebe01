"""Recordings that name nobody, and replay all the same."""

import re

import orjson
import pytest

from provisioner.model.errors import Unrecorded
from provisioner.sandbox import SandboxServer
from tests.recording.played import NAMES, TOKEN, Organisation, named, sandbox, told

LATER = ("Nowak", "Hedy", "Lamarr")


def texts(folder):
    """Every file of a recording, with its name."""
    return {path.name: path.read_text() for path in folder.rglob("*") if path.is_file()}


def named_in(folder, *more: str) -> list[tuple[str, str]]:
    """(file, name) of everybody who is named: long names anywhere, short ones, which digests may hold, as words."""
    names = [word.casefold() for word in (*(word for name in NAMES for word in name), *more)]
    return [
        (file, name)
        for file, text in texts(folder).items()
        for name in names
        if (name in text.casefold() if len(name) > 4 else re.search(rf"\b{name}\b", text.casefold()))
    ]


async def everything(organisation: Organisation) -> list[str]:
    """An initial cycle, changes, and a target that quotes people in its errors; all under pseudonyms."""
    await organisation.record("initial", pseudonyms=True)
    people = organisation.people
    people[0]["jobTitle"] = "Assistant of Zoë Müller"
    people[3] = named(4, "Łukasz", "Nowak", manager=people[3]["manager"])
    people[4]["accountEnabled"] = False
    people.append(named(30, "Hedy", "Lamarr", manager={"id": people[0]["id"]}))
    organisation.groups[0]["members"] = [person["id"] for person in people[2:]]
    await organisation.record("incremental", pseudonyms=True)
    return ["initial", "incremental"]


@pytest.mark.parametrize("workers", [1, 4])
async def test_nobody_is_named_and_everything_replays(tmp_path, workers):
    """Snapshot, memory, requests, replies and job: no name, no address, no token in any file."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url, workers=workers)
        names = await everything(organisation)
    for name in names:
        assert not named_in(tmp_path / name, *LATER, TOKEN)
        again = await organisation.replay(name)
        assert again.passed, told(again.divergences)
        assert again.recording.circumstances.pseudonymised
        assert again.report.counts.as_json() == again.recording.ending.counts


async def test_the_same_person_is_called_the_same_everywhere(tmp_path):
    """In her own file, in the snapshot, in what others say of her, and in the name of a group."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        organisation.people[1]["jobTitle"] = "Assistant of Ada Lovelace"
        await organisation.record("run", pseudonyms=True)
    files = texts(tmp_path / "run")
    ada = organisation.people[0]["id"]
    (user,) = [each for each in orjson.loads(files["users.json"]) if each["id"] == ada]
    called = user["displayName"]
    assert user["userPrincipalName"] == ".".join(called.split()).lower() + "@contoso.example"
    assert f'"displayName": "{called}"' in files[f"{ada}.http"]
    assert f'"title": "Assistant of {called}"' in files[f"{organisation.people[1]['id']}.http"]
    assert f"{called}'s team" in files["groups.json"]


async def test_two_recordings_have_different_pseudonyms(tmp_path):
    """The key is drawn anew and kept nowhere, whatever the seed."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        await organisation.record("one", pseudonyms=True, seed=7)
        await organisation.record("other", pseudonyms=True, seed=7)
    one, other = (texts(tmp_path / name)["users.json"] for name in ("one", "other"))
    assert one != other


COMPUTED = "Append(ToLower(Mid([givenName], 1, 1)), ToLower(StripSpaces([displayName])))"


async def test_mappings_that_compute_with_names(tmp_path):
    """Initials and words run together are no words of anybody, and are told under pseudonyms all the same."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        organisation.change('"[jobTitle]"', f'"{COMPUTED}"')
        await organisation.record("initial", pseudonyms=True)
        organisation.people[0]["mail"] = "countess@contoso.example"
        await organisation.record("incremental", pseudonyms=True)
    for name in ("initial", "incremental"):
        again = await organisation.replay(name)
        assert again.passed, told(again.divergences)
        assert not named_in(tmp_path / name, "Countess")


async def test_accounts_that_were_there_before_are_told_by_pseudonyms(tmp_path):
    """What only the target knows of people, and what it says in its errors."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        await organisation.record("first")
        (tmp_path / ".provisioner/scim.db").unlink()
        for person in organisation.people:
            person["surname"], person["displayName"] = "Smith", "Somebody Smith"
        await organisation.record("matched", pseudonyms=True)
        server.sandbox.set_faults(["conflict-on-create"])
        organisation.people.append(named(31, "Hedy", "Lamarr"))
        await organisation.record("refused", pseudonyms=True)
    for name in ("matched", "refused"):
        assert (await organisation.replay(name)).passed
        assert not named_in(tmp_path / name, *LATER, "Smith")


async def test_a_run_that_hangs_on_names_is_not_recorded_under_others(tmp_path):
    """A filter for one surname finds nobody under pseudonyms: said, and nothing is left behind, least of all names."""
    with SandboxServer(sandbox()) as server:
        organisation = Organisation(tmp_path, server.url)
        text = organisation.job.read_text()
        clause = '{ attribute = "surname", operator = "EQUALS", value = "Lovelace" }'
        organisation.job.write_text(text + f'\n[[users.filter]]\nname = "one"\nclauses = [{clause}]\n')
        with pytest.raises(Unrecorded, match="comes out differently under pseudonyms"):
            await organisation.record("run", pseudonyms=True)
    assert not (tmp_path / "run").exists()
