"""Plays scenario folders: the service itself on a virtual clock, against the sandbox or a real endpoint."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from provisioner.adapters.scenario import (
    expected_file,
    read_accounts,
    read_expected,
    read_scenario,
    scenario_folders,
    write_expected,
    write_starter,
)
from provisioner.engine.comparison import compare, compare_accounts, side_by_side
from provisioner.engine.http_text import laid_out
from provisioner.model.errors import InputError, Place, ScenarioInvalid, together
from provisioner.model.frozen import frozen
from provisioner.model.result import Result
from provisioner.model.scenario import EXPECTED, RECORDS, REQUESTS, TARGET, Difference, Scenario, ScenarioResult
from provisioner.sandbox import parse_fault
from provisioner.wiring.stage import check_stage, staged


def play(
    folder: str | Path, *, accept: bool = False, url: str | None = None, token: str | None = None
) -> ScenarioResult:
    """Play a scenario folder, and compare what came with what is expected.

    :param accept: rewrite ``expected/`` instead.
    :param url: a real endpoint's tenant URL; without it the sandbox plays the target.
    :param token: where its secret token is, ``env:NAME`` or ``file:PATH``; without it where the job says.
    :raises InputError: before anything is sent, when the folder cannot be played; its place says where.
    """
    return asyncio.run(perform(folder, accept=accept, url=url, token=token))


def only_in_the_sandbox(folder: str | Path) -> str:
    """Why no real endpoint can play a scenario, or empty. Raises ScenarioInvalid."""
    return read_scenario(str(folder), parse_fault).needs_sandbox


def found(folders: Iterable[str]) -> list[str]:
    """The scenarios in these folders, each itself one or a folder of some. Raises ScenarioInvalid."""
    return [each for folder in folders for each in scenario_folders(folder)]


def playable(
    folders: Iterable[str], *, accept: bool = False, url: str | None = None, token: str | None = None
) -> list[str]:
    """The scenarios in these folders, all of them read before the first is played; arguments as of :func:`play`.

    :raises InputError: with what is wrong in any of them.
    """
    chosen = found(folders)
    wrong = [finding for each in chosen for finding in _wrong(each, accept=accept, url=url, token=token)]
    if wrong:
        raise together(wrong)
    return chosen


def _wrong(folder: str, *, accept: bool, url: str | None, token: str | None) -> tuple[InputError, ...]:
    try:
        scenario, _ = _read(folder, accept=accept, url=url)
        check_stage(scenario, url, token)
    except InputError as error:
        return error.all()
    return ()


def _read(folder: str, *, accept: bool, url: str | None) -> "tuple[Scenario, Expected | None]":
    """A scenario and what is expected of it, which is nothing when what comes is to be accepted."""
    scenario = read_scenario(folder, parse_fault)
    if url is not None and scenario.needs_sandbox:
        place = Place(scenario.folder)
        raise ScenarioInvalid(f"only the sandbox can play this: {scenario.needs_sandbox}", place=place, hint="no --url")
    return scenario, None if accept else Expected.read(scenario.folder)


async def perform(
    folder: str | Path, *, accept: bool = False, url: str | None = None, token: str | None = None
) -> ScenarioResult:
    """What :func:`play` does, within a running event loop."""
    scenario, expected = _read(str(folder), accept=accept, url=url)
    with staged(scenario, url, token) as stage:
        await stage.play()
        accounts = await stage.accounts()
    told = stage.told.transcript
    came = Expected({REQUESTS: told.requests(), RECORDS: told.records(), TARGET: laid_out(accounts) + "\n"}, accounts)
    result = ScenarioResult(scenario.folder, scenario.title, told.cycles, told.asked)
    if expected is None:
        return replace(result, accepted=write_expected(scenario.folder, came.files))
    return replace(result, differences=tuple(expected.compared(came, whole=url is None)))


@frozen
class Expected:
    """What is expected, or what came: the files by name, and what the last of them says."""

    files: Mapping[str, str]
    accounts: Mapping[str, Any]

    @classmethod
    def read(cls, folder: str) -> Self:
        """What a folder expects. Raises ScenarioInvalid."""
        return cls(read_expected(folder), read_accounts(expected_file(folder, TARGET)))

    def compared(self, came: "Expected", *, whole: bool) -> Iterator[Difference]:
        """Every difference, in the order of the files; a real endpoint's accounts need not be the ``whole`` truth."""
        yield from compare(self.files, came.files)
        yield from compare_accounts(self.accounts, came.accounts, whole=whole)


def new(folder: str) -> ScenarioResult:
    """Write a starter, and what is expected of it. Raises ScenarioInvalid."""
    write_starter(folder)
    return play(folder, accept=True)


def results_of_scenarios(results: Iterable[ScenarioResult]) -> Iterator[Result]:
    """One result for each file of a story that is compared."""
    for result in results:
        for file in EXPECTED:
            differences = [each for each in result.differences if each.file == file]
            first = next((each.line for each in differences), None)
            yield Result(
                result.folder,
                f"{result.title}: {file}",
                "\n\n".join(map(_said, differences)),
                place=Place(expected_file(result.folder, file), first),
            )


def _said(difference: Difference) -> str:
    return f"{difference.part} differs\n{side_by_side(difference)}"
