"""Provision on demand, and the same without the writing: one object, step by step, with all that was seen (E100).

The steps are the portal's: test connection, import, scope, match, action.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from provisioner.engine.mapping import CompiledRules
from provisioner.engine.membership import MemberChanges, Membership
from provisioner.engine.probe import probes
from provisioner.engine.scope import dispose
from provisioner.engine.story import Subject
from provisioner.engine.wire import TenantUrl, request_of
from provisioner.model.answer import Answer
from provisioner.model.decision import Decision, Reason, WorkItem
from provisioner.model.directory import ObjectKind, SourceUser
from provisioner.model.errors import InputError, Place
from provisioner.model.job import Job
from provisioner.model.outcome import ErrorInfo, Outcome, Reference, Step, StepStatus, StepType
from provisioner.model.question import Find, Question, Writing
from provisioner.model.state import Settlement
from provisioner.ports import Snapshot, Store, Target
from provisioner.runtime import showing
from provisioner.runtime.attend import DUE, Attendant
from provisioner.runtime.converse import converse
from provisioner.runtime.members import MemberPass
from provisioner.runtime.plan import operations_of
from provisioner.runtime.preparation import Preparation, prepare
from provisioner.runtime.preview import VIRTUAL, OverlayStore, PreviewTarget
from provisioner.runtime.recovery import recover_intents
from provisioner.runtime.references import ReferencePass
from provisioner.runtime.stamps import Stamps, stamps
from provisioner.runtime.vigil import Vigil
from provisioner.runtime.world import World

ROLES: Final = "appRoleAssignments"

MOST_MEMBERS: Final = 5
"""Members of a group provision on demand takes at most (E100)."""

MOST_NAMED: Final = 5
"""Objects of one name that a message tells apart by their ids."""

IN_DOUBT: Final = ErrorInfo(
    "Timeout",
    "TransientFailure",
    "An interrupted run was about to create this object, and the target does not say what became of it",
    "Find out why the endpoint does not answer. Until it does, the object is left alone.",
)


@dataclass(slots=True)
class _Listening:
    """A Target that writes down what was asked and answered."""

    target: Target
    heard: list[tuple[Question, Answer]] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.target.requests

    async def ask(self, question: Question) -> Answer:
        """Ask, and remember."""
        answer = await self.target.ask(question)
        self.heard.append((question, answer))
        return answer


@dataclass(slots=True)
class _Story:
    """What became of the object, pass by pass.

    ``absent`` are chosen members who have no account to be named by, ``unresolved`` the references to such people.
    """

    ends: list[tuple[Subject, Outcome, tuple[Writing, ...]]] = field(default_factory=list)
    absent: tuple[str, ...] = ()
    unresolved: tuple[Reference, ...] = ()

    def watch(self, subject: Subject, outcome: Outcome, written: tuple[Writing, ...], *, again: bool) -> None:
        self.ends.append((subject, outcome, written))


async def explain(job: Job, world: World, who: str) -> dict[str, Any]:
    """What the next cycle would do to one object and why, as one document; nothing is written anywhere."""
    preview = replace(world, targets=(PreviewTarget(world.targets[0]),), store=OverlayStore(world.store))
    return await _steps(job, preview, world.targets[0], who, members=None, on_demand=False)


async def provision_on_demand(job: Job, world: World, who: str, members: tuple[str, ...] | None) -> dict[str, Any]:
    """Do it for one user, or for one group and at most five members, called as users and groups are.

    Roles are not provisioned, and somebody disabled or deleted in the directory is left alone (E100).

    :raises InputError: when nobody is called so, or more than five members are named, or somebody who is no member.
    """
    if members is not None and len(members) > MOST_MEMBERS:
        raise InputError(f"at most {MOST_MEMBERS} members can be provisioned on demand", hint="name fewer (E100)")
    return await _steps(job, world, world.targets[0], who, members=members, on_demand=True)


async def _steps(
    job: Job, world: World, live: Target, who: str, *, members: tuple[str, ...] | None, on_demand: bool
) -> dict[str, Any]:
    tenant = TenantUrl.parse(job.target.url)
    document: dict[str, Any] = {"job": job.name, "testConnection": await _test(job, world, live)}
    stamp = stamps(world=world, cycle=0, cycle_id=world.ids.guid(), job=job.name, target=tenant.base)
    with world.source.open() as snapshot:
        world.store.retarget(tenant.base)
        await recover_intents(world, world.targets[0], Vigil(world.service.patience), stamp)
        kind, source_id = find(snapshot, job, who)
        store = world.store
        chosen = _chosen(snapshot, job, store, kind, source_id, members)
        flag = tenant.flag and (not on_demand or job.fidelity.flag_on_demand == "applied")
        preparation = prepare(
            job, snapshot, store, world.ids, world.clock.now(), flag=flag, watermark=store.watermark()
        )
        found = preparation.sides[kind].find(source_id)
        decision = preparation.sides[kind].decide(found)
        document["import"] = showing.imported(kind, found)
        document["scope"] = showing.scope(decision, preparation.sides[kind], found)
        document["mappings"] = showing.mappings(preparation, kind, found, decision)
        document["match"] = _match(store, kind, source_id)
        if not preparation.sides[kind].exists(found):
            document["action"] = {"action": "skip", "skipReason": "ignored: outside the input filter (E111)"}
            return document
        if on_demand and (not decision.active or decision.soft_deleted):
            document["action"] = {"action": "skip", "skipReason": "disabled or deleted in the directory (E100)"}
            return document
        if (kind, source_id) in preparation.doubtful:
            document["action"] = {"action": "skip", "skipReason": "in doubt", "error": showing.told(IN_DOUBT)}
            return document
        listening = _Listening(world.targets[0])
        heard = replace(world, targets=(listening,))
        story = await _attend(job, heard, preparation, stamp, kind, source_id, chosen, on_demand=on_demand)
    document["match"] = _match(store, kind, source_id, listening.heard)
    document["action"] = _action(story, tenant, job, done=on_demand)
    document["requests"] = [_heard(answer) for question, answer in listening.heard if on_demand or _reads(question)]
    return document


def find(snapshot: Snapshot, job: Job, who: str) -> tuple[ObjectKind, str]:
    """The object somebody means: a user by id or userPrincipalName, a group by id or displayName; case is ignored.

    :raises InputError: when there is none, or several.
    """
    if snapshot.user(who) is not None:
        return ObjectKind.USER, who
    folded = who.casefold()
    users = [user.id for user in snapshot.users() if _is_called(user, folded)]
    known = snapshot.groups.values() if job.groups is not None else ()
    groups = [group.id for group in known if folded in (group.id.casefold(), group.name.casefold())]
    found = [(ObjectKind.USER, user) for user in users] + [(ObjectKind.GROUP, group) for group in groups]
    if len(found) == 1:
        return found[0]
    named = ", ".join(f"{kind} {source_id}" for kind, source_id in found[:MOST_NAMED])
    said = f"{len(found)} objects are called {who!r}: {named}" if found else f"nobody in the snapshot is called {who!r}"
    raise InputError(said, place=Place(job.snapshot), hint="give the object id, or the whole userPrincipalName")


def _is_called(user: SourceUser, folded: str) -> bool:
    names = (user.id, user.name, user.attributes.get("originalUserPrincipalName"), user.attributes.get("mail"))
    return folded in (str(name).casefold() for name in names if name)


def _chosen(
    snapshot: Snapshot, job: Job, store: Store, kind: ObjectKind, source_id: str, members: tuple[str, ...] | None
) -> frozenset[str] | None:
    """The ids of the members somebody means: those the group has, or had when it was sent."""
    if members is None:
        return None
    if kind is not ObjectKind.GROUP:
        raise InputError("only a group has members", hint="name a group, or leave the members out")
    group = snapshot.groups[source_id]
    possible = {*group.members, *(member for member, _ in store.memberships(source_id))}
    ids = {name: find(snapshot, job, name)[1] for name in members}
    for name, member_id in ids.items():
        if member_id not in possible:
            hint = "members are direct ones, as the snapshot has them"
            raise InputError(f"{name!r} is no member of {group.name!r}", place=Place(job.snapshot), hint=hint)
    return frozenset(ids.values())


async def _test(job: Job, world: World, live: Target) -> dict[str, Any]:
    for flow in probes(job, world.ids):
        verdict = await converse(flow, live)
        if verdict.error is not None:
            return {"ok": False, "errorCode": verdict.error.code, "reason": verdict.error.reason}
    return {"ok": True}


async def _attend(
    job: Job,
    world: World,
    preparation: Preparation,
    stamp: Stamps,
    kind: ObjectKind,
    source_id: str,
    members: frozenset[str] | None,
    *,
    on_demand: bool,
) -> _Story:
    story = _Story()
    side = preparation.sides[kind]
    digest = dict(side.digests()).get(source_id, b"")
    sealed = preparation.seal(source_id, digest)
    disposition = dispose(side.decide(side.find(source_id)), preparation.store.link(kind, source_id), side.rules)
    item = WorkItem(kind, source_id, Reason.CHANGED, disposition, sealed)
    ladder = world.service.ladders[job.limits.escrow_ladder]
    watched = replace(world, watch=story.watch)
    prepared = _without_roles(preparation) if on_demand else preparation
    attendant = Attendant(watched, world.targets, world.targets, prepared, ladder, stamp)
    async for _ in attendant.attend([item], lambda: True):
        continue
    owed = [reference for _, _, references in attendant.owing for reference in references]
    story.unresolved = tuple(each for each in owed if preparation.account(each.source_id) is None)
    await ReferencePass(attendant).resolve(lambda: True)
    left_out = on_demand and _reads_roles(side.rules)
    for attended in attendant.groups:
        pass_ = MemberPass(attendant, 1)
        changes = pass_.prepare(attended)
        chosen = _only(changes, members)
        story.absent = tuple(member for member in changes.unresolved if members is None or member in members)
        await pass_.change(attended, chosen, lambda: True)
        left_out = left_out or chosen != changes
    if left_out:
        world.store.settle(Settlement(kind, source_id, digest=DUE))
    world.store.flush()
    return story


def _reads_roles(rules: CompiledRules) -> bool:
    """Whether any mapping reads app roles, which are for the next cycle to provision."""
    return any(ROLES in flowing.evaluate.attributes for flowing in rules.flowing if flowing.evaluate is not None)


def _only(changes: MemberChanges, chosen: frozenset[str] | None) -> MemberChanges:
    """The chosen members; without a choice the first five that come and the first five that go."""

    def some(members: tuple[Membership, ...]) -> tuple[Membership, ...]:
        return tuple(m for m in members if chosen is None or m.member_id in chosen)[:MOST_MEMBERS]

    return replace(changes, add=some(changes.add), remove=some(changes.remove))


def _without_roles(preparation: Preparation) -> Preparation:
    """The same preparation, in which the role functions give nothing."""
    sides = dict(preparation.sides)
    users = sides[ObjectKind.USER]

    def attributes(user: SourceUser, decision: Decision) -> Mapping[str, Any]:
        return {**users.attributes(user, decision), ROLES: None}

    sides[ObjectKind.USER] = replace(users, attributes=attributes)
    return replace(preparation, sides=sides)


def _match(
    store: Store, kind: ObjectKind, source_id: str, heard: Iterable[tuple[Question, Answer]] = ()
) -> dict[str, Any]:
    link = store.link(kind, source_id)
    asked = [question for question, _ in heard if isinstance(question, Find)]
    target_id = link.target_id if link is not None else VIRTUAL
    return {
        "linkedTo": None if target_id.startswith(VIRTUAL) else target_id,  # an explanation creates no account
        "filters": [f"{question.path} eq {question.value!r}" for question in asked],
    }


def _action(story: _Story, tenant: TenantUrl, job: Job, *, done: bool) -> dict[str, Any]:
    steps = [step for _, outcome, _ in story.ends for step in outcome.steps]
    first = story.ends[0][1] if story.ends else None
    return {
        "action": first.action.value if first is not None and first.ending.value == "changed" else "skip",
        "ending": first.ending.value if first is not None else "skipped",
        "skipReason": (first.skip_reason or None) if first is not None else None,
        "error": _error(story),
        "membersWithoutAccount": list(story.absent),
        "referencesWithoutAccount": [{"path": r.path, "sourceId": r.source_id} for r in story.unresolved],
        "steps": [_step(step, done=done) for step in steps],
        "changes": [
            {"attribute": c.attribute, "before": showing.plain(c.before), "after": showing.plain(c.after)}
            for _, outcome, _ in story.ends
            for c in outcome.changes
        ],
        "operations": [
            operation for _, _, written in story.ends for question in written for operation in operations_of(question)
        ],
        "writes": [_written(question, tenant, job) for _, _, written in story.ends for question in written],
    }


def _step(step: Step, *, done: bool) -> dict[str, Any]:
    """A step as it was taken; what an explanation stops at was not."""
    exported = step.type is StepType.EXPORT and step.status is StepStatus.SUCCESS
    description = step.description if done or not exported else "This is what would be sent; nothing was"
    return {"name": step.name, "status": step.status.value, "description": description}


def _error(story: _Story) -> dict[str, Any] | None:
    error = next((outcome.error for _, outcome, _ in story.ends if outcome.error is not None), None)
    return showing.told(error) if error is not None else None


def _written(question: Writing, tenant: TenantUrl, job: Job) -> dict[str, Any]:
    """The exact bytes of a write, without its headers."""
    request = request_of(question, tenant, job.fidelity)
    return {"method": request.method, "target": request.target, "body": request.body.decode()}


def _reads(question: Question) -> bool:
    """Whether an explanation sends the question to the target: no write, and nothing about what was never written."""
    return not isinstance(question, Writing) and not getattr(question, "id", "").startswith(VIRTUAL)


def _heard(answer: Answer) -> dict[str, Any]:
    exchange = answer.exchange
    return {
        "request": f"{exchange.method} {exchange.url}".strip(),
        "status": exchange.status,
        "response": exchange.response,
    }
