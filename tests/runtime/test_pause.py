"""A target that says 429: the job waits as it is told, within bounds, and then goes on (E10, F10)."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.adapters.clock import VirtualClock, sleep_by
from provisioner.model.answer import Done, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.question import Create, Find
from provisioner.runtime.pause import BUDGET, LONGEST_STEP, Pause
from provisioner.runtime.world import Unstoppable
from provisioner.sandbox import Sandbox, SandboxServer
from provisioner.wiring.options import Options
from provisioner.wiring.running import OpenJob
from tests.command import directory, person
from tests.engine.worlds import NOON
from tests.runtime.cycles import Company, counted

CREATE = Create(ObjectKind.USER, {"userName": "ada"})
FIND = Find(ObjectKind.USER, "userName", "ada")


def throttled(seconds=None):
    """A 429."""
    return Refused(Fault(FaultKind.STATUS, "too many requests", 429, retry_after=seconds))


@dataclass
class Answering:
    """Answers by a function of the time, and remembers when it was asked."""

    clock: VirtualClock
    answer: object
    asked: list = field(default_factory=list)

    @property
    def requests(self):
        return len(self.asked)

    async def ask(self, question):
        self.asked.append(self.clock.monotonic())
        await asyncio.sleep(0)
        return self.answer(self.asked[-1])


class Asked:
    """A Stop that was asked for."""

    requested = True


def patient(answer, *, stop=None, budget=BUDGET):
    """A target on a virtual clock, its pause, and the same target asked with patience."""
    clock = VirtualClock(NOON)
    pause = Pause(clock, sleep_by(clock), stop or Unstoppable(), budget=budget)
    target = Answering(clock, answer)
    return target, pause, pause.over(target)


async def test_it_waits_as_long_as_it_is_told():
    """The same question again after Retry-After, not before."""
    target, _, asked = patient(lambda now: Done("1") if now >= 90 else throttled(90.0))
    assert await asked.ask(CREATE) == Done("1")
    assert target.asked == [0.0, 90.0]


async def test_without_a_time_it_waits_longer_each_time():
    """1, 2, 4 seconds and so on; an answer of another kind begins anew."""
    target, _, asked = patient(lambda now: throttled() if now < 200 else Done("1"))
    await asked.ask(CREATE)
    gaps = [round(after - before) for before, after in zip(target.asked, target.asked[1:], strict=False)]
    assert gaps == [1, 2, 4, 8, 16, 32, LONGEST_STEP, LONGEST_STEP, LONGEST_STEP]


async def test_a_retry_after_of_nothing_is_no_licence_to_hammer():
    """F10: Retry-After: 0 for ever still ends, after a bounded number of requests."""
    target, _, asked = patient(lambda _: throttled(0.0))
    assert await asked.ask(CREATE) == throttled(0.0)
    assert target.requests <= 70


async def test_all_targets_of_the_job_wait():
    """Job-wide: while one is told to wait, no other connection sends."""
    target, pause, asked = patient(lambda now: Done("1") if now >= 60 else throttled(60.0))
    others = [pause.over(target) for _ in range(4)]
    await asyncio.gather(*(one.ask(CREATE) for one in (asked, *others)))
    assert target.asked[:5] == [0.0] * 5
    assert min(target.asked[5:]) >= 60
    assert len(target.asked) == 10


@pytest.mark.parametrize(
    "answer",
    [
        Unknown(Fault(FaultKind.STATUS, "", 503, retry_after=5.0)),
        Refused(Fault(FaultKind.STATUS, "", 500)),
        Found(()),
    ],
)
async def test_nothing_else_is_asked_again(answer):
    """F10: a 503 to a create may have created; it is unknown and stays so."""
    target, _, asked = patient(lambda _: answer)
    assert await asked.ask(CREATE) == answer
    assert target.requests == 1


async def test_a_spent_budget_ends_all_sending():
    """What asks for more than a cycle's pauses is refused, and nothing more is sent."""
    target, _, asked = patient(lambda _: throttled(100.0), budget=250)
    assert await asked.ask(CREATE) == throttled(100.0)
    assert target.asked == [0.0, 100.0, 200.0]
    refusal = await asked.ask(FIND)
    assert isinstance(refusal, Refused)
    assert (refusal.fault.kind, refusal.fault.status) == (FaultKind.NOT_SENT, 429)
    assert target.requests == 3


async def test_a_wish_to_stop_is_heeded_in_the_middle_of_a_pause():
    """Nobody waits an hour for Ctrl-C."""
    target, _, asked = patient(lambda _: throttled(3600.0), stop=Asked())
    answer = await asked.ask(CREATE)
    assert answer.fault.kind is FaultKind.INTERRUPTED
    assert target.requests == 1


@given(st.lists(st.one_of(st.none(), st.floats(0, 3600)), max_size=60), st.integers(1, 4))
def test_pauses_stay_within_the_budget(asked, workers):
    """F10: whatever the target asks for, and however many ask at once."""
    told = asked[::-1]
    target, pause, _ = patient(lambda _: throttled(told.pop()) if told else Done("1"))

    async def all_of_them():
        return await asyncio.gather(*(pause.over(target).ask(CREATE) for _ in range(workers)))

    answers = asyncio.run(all_of_them())
    assert len(answers) == workers
    assert target.asked == sorted(target.asked)
    assert target.asked[-1] <= BUDGET * 1.001
    assert pause.spent or all(isinstance(answer, Done) for answer in answers)


class Throttled(Company):
    """A company whose target is asked with patience."""

    def patiently(self):
        pause = Pause(self.clock, sleep_by(self.clock), Unstoppable())
        self.target = pause.over(self.model)
        return self


async def test_a_target_that_refuses_for_an_hour_gets_few_requests_and_everybody_in_the_end(tmp_path):
    """F10: the first cycle ends early with what it asked in escrow; later ones bring everybody."""
    company = Throttled(tmp_path, people=50)
    company.model = company.target
    begin = company.clock.now()
    busy = begin + timedelta(hours=1, minutes=1)
    company.model.trouble = lambda _, act: throttled(30.0) if company.clock.now() < busy else act()
    report = await company.patiently().cycle()
    assert report.requests < 140
    assert report.status == "failed"
    for _ in range(3):
        report = await company.patiently().cycle()
        company.clock.advance(timedelta(hours=24))
    assert len(company.model.users()) == 50
    assert counted(report) == {}


JOB = """
name = "busy"
[source]
snapshot = "directory"
[target]
url = "{url}"
[users]
mappings = [
  {{ target = "userName", source = "[userPrincipalName]", match = 1 }},
  {{ target = "active", source = "Not([IsSoftDeleted])" }},
]
[fidelity]
retry_after = "{retry_after}"
"""


@pytest.mark.parametrize(
    ("retry_after", "counts", "code"), [("honour", {"create": 3}, None), ("ignore", {"fail": 3}, "TooManyRequests")]
)
async def test_a_job_honours_retry_after_or_ignores_it(tmp_path, retry_after, counts, code):
    """E10: by default the whole job pauses; by a setting each 429 is the failure of its object."""
    clock = VirtualClock(NOON)
    directory(tmp_path / "directory", [person(number) for number in range(3)])
    with SandboxServer(Sandbox("real-links", clock=clock.now, faults=["throttle=90"])) as server:
        (tmp_path / "job.toml").write_text(JOB.format(url=server.url, retry_after=retry_after))
        with OpenJob(str(tmp_path / "job.toml"), Options(), clock=clock) as job:
            report = await job.run()
    assert counted(report) == counts
    assert {failure.error.code for failure in report.failures} == ({code} if code else set())
    waited = (clock.now() - NOON).total_seconds()
    assert waited >= 90 if retry_after == "honour" else waited == 0
