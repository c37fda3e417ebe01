"""What a cycle knows before it touches the target: rules, snapshot, entitlements, links, and the worklist."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, TypeAlias

from provisioner.engine.dialect import Dialect
from provisioner.engine.expression import Environment
from provisioner.engine.mapping import (
    CompiledRules,
    Desired,
    compile_rules,
    digest_of,
    evaluate,
    group_attributes,
    user_attributes,
)
from provisioner.engine.membership import DORMANT, is_adding
from provisioner.engine.retry import is_due
from provisioner.engine.scope import Entitlements, decide_group, decide_user, dispose
from provisioner.engine.story import Context, Owner, Subject
from provisioner.engine.triage import GONE, triage
from provisioner.model.decision import Decision, Disposition, Reason, WorkItem, Worklist
from provisioner.model.directory import ObjectKind, SourceGroup, SourceUser
from provisioner.model.frozen import frozen
from provisioner.model.job import Job, Rules
from provisioner.model.state import Escrow, Intent, Link, PendingReference, Watermark
from provisioner.ports import Ids, Snapshot, Store
from provisioner.runtime.converse import matching_value

SourceObject: TypeAlias = SourceUser | SourceGroup

COMPLETED: Final = ("succeeded", "failed")
"""What a cycle is called that came to its end, though objects may have failed."""


@frozen
class Side:
    """One kind of object: how it is found in the snapshot, judged and read by expressions."""

    rules: CompiledRules
    context: Context
    digests: Callable[[], Iterable[tuple[str, bytes]]]
    find: Callable[[str], Any]
    decide: Callable[[Any], Decision]
    attributes: Callable[[Any, Decision], Mapping[str, Any]]

    def exists(self, found: SourceObject) -> bool:
        """Whether the object exists for the job at all (E111, inputFilterGroups)."""
        return self.rules.exists is None or self.rules.exists(found.attributes)[0]


@frozen
class Preparation:
    """One cycle's view of the source, with the rules to read it by.

    ``open_creates`` are creates in doubt that nobody asks about before their object is attended to.
    ``restarted`` is whether the watermark was reset after a cycle had been completed (E93).
    ``claims`` holds the target ids taken by objects that are done but not settled yet: (kind, target id) -> source id.
    """

    job: Job
    snapshot: Snapshot
    store: Store
    ids: Ids
    now: datetime
    sides: Mapping[ObjectKind, Side]
    entitlements: Entitlements
    rules: str
    initial: bool
    scope: str
    claims: dict[tuple[ObjectKind, str], str]
    escrows: Mapping[tuple[ObjectKind, str], Escrow] = field(default_factory=dict)
    restarted: bool = False
    open_creates: Mapping[tuple[ObjectKind, str], Intent] = field(default_factory=dict)

    def left_to_flows(self) -> dict[tuple[ObjectKind, str], Intent]:
        """The creates in doubt whose object, once its time comes, asks for the recorded value by itself."""
        intents = [intent for intent in self.store.intents() if not is_adding(intent)]
        times = Counter((intent.kind, intent.source_id) for intent in intents)
        return {key: i for i in intents if times[key := (i.kind, i.source_id)] == 1 and self._asks_for(i)}

    def _asks_for(self, intent: Intent) -> bool:
        key, side = (intent.kind, intent.source_id), self.sides.get(intent.kind)
        found = side.find(intent.source_id) if side is not None and key in self.escrows else None
        if side is None or found is None or not side.exists(found) or self.store.link(*key) is not None:
            return False
        subject = self.subject(WorkItem(*key, Reason.RETRY, Disposition.PROVISION))
        return subject.will_be_looked_for and matching_value(subject) == (intent.match_path, intent.match_value)

    @property
    def doubtful(self) -> frozenset[tuple[ObjectKind, str]]:
        """The objects whose create is still in doubt. They wait for the target's word: by another name nobody would
        find the account, and it would be created twice (P2).
        """
        intents = (intent for intent in self.store.intents() if not is_adding(intent))
        return frozenset((intent.kind, intent.source_id) for intent in intents) - self.open_creates.keys()

    def worklist(self) -> Worklist:
        """Every object to attend to, users before groups, without those in doubt (E25, E27)."""
        doubtful = self.doubtful
        items = (item for kind in self.sides for item in self._triage(kind).items)
        return Worklist(tuple(item for item in items if (item.kind, item.source_id) not in doubtful))

    def seal(self, source_id: str, digest: bytes) -> bytes:
        """What is remembered of an object as seen.

        Other rules make every object due, groups by other rules for people too: their members may be others (E26).
        """
        return self.entitlements.seal(source_id, digest, self.rules.encode())

    def _triage(self, kind: ObjectKind) -> Worklist:
        side = self.sides[kind]
        sealed = ((source_id, self.seal(source_id, digest)) for source_id, digest in side.digests())
        return triage(
            kind,
            sealed,
            dict(self.store.digests(kind)),
            due=self._due(kind),
            examine=lambda source_id: self._examine(kind, source_id),
            vanished=lambda source_id: dispose(None, self.store.link(kind, source_id), side.rules),
            initial=self.initial,
        )

    def _due(self, kind: ObjectKind) -> frozenset[str]:
        """Objects whose time of next attempt has come (E90), or whose remembered reference can be resolved (E38)."""
        due = {e.source_id for e in self.escrows.values() if e.kind is kind and is_due(e.next_attempt, self.now)}
        waiting = (reference for reference in self.store.references() if reference.kind is kind)
        return frozenset(due | {r.source_id for r in waiting if self._has_come(r)})

    def _has_come(self, reference: PendingReference) -> bool:
        """Whether what a reference waits for is there: somebody restored, or where the gap is closed, an account."""
        if reference.path == DORMANT:
            return not self.is_dormant(reference.reference_id)
        closing = self.job.fidelity.late_references == "close"
        return closing and self.account(reference.reference_id) is not None

    def is_dormant(self, source_id: str) -> bool:
        """Whether somebody is soft-deleted in the directory, and may be restored."""
        user = self.snapshot.user(source_id)
        return user is not None and user.soft_deleted

    def _examine(self, kind: ObjectKind, source_id: str) -> Disposition | None:
        side = self.sides[kind]
        link = self.store.link(kind, source_id)
        if link is None and side.rules.exists is None and kind is ObjectKind.USER:
            # Nothing can be taken from somebody without an account: what becomes of her is decided when she is read.
            return Disposition.PROVISION
        found = side.find(source_id)
        if found is None or not side.exists(found):
            return None
        return dispose(side.decide(found), link, side.rules)

    def account(self, source_id: str) -> Link | None:
        """The link of a user or, where groups are provisioned, of a group: what a member or manager refers to."""
        return self.store.link(ObjectKind.USER, source_id) or self.store.link(ObjectKind.GROUP, source_id)

    def context(self, kind: ObjectKind) -> Context:
        """What the flows of one kind share."""
        return self.sides[kind].context

    def subject(self, item: WorkItem, *, bare: bool = False) -> Subject:
        """All that is known of a worklist item's object; of a ``bare`` one, of its values those it is matched by."""
        side = self.sides[item.kind]
        link = self.store.link(item.kind, item.source_id)
        found = side.find(item.source_id) if item.digest != GONE else None
        if found is None:
            name = link.target_id if link is not None else item.source_id
            return Subject(item.kind, item.source_id, name, item.disposition, None, Desired(()), link, item.reason)
        decision = side.decide(found)
        disposition = item.disposition if link is not None else dispose(decision, None, side.rules)
        skipped = disposition is Disposition.SKIP
        desired = Desired(()) if skipped else self.desired(item.kind, found, decision, bare=bare)
        return Subject(item.kind, item.source_id, found.name, disposition, decision, desired, link, item.reason)

    def desired(self, kind: ObjectKind, found: SourceObject, decision: Decision, *, bare: bool = False) -> Desired:
        """The object's target resource as it should be; a ``bare`` one has only what the object is matched by."""
        side = self.sides[kind]
        flows = side.rules.matching if bare else side.rules.flowing
        return evaluate(flows, Environment(side.attributes(found, decision), self.now, self.ids))


def prepare(
    job: Job,
    snapshot: Snapshot,
    store: Store,
    ids: Ids,
    now: datetime,
    *,
    flag: bool,
    watermark: Watermark | None,
    silent: bool = False,
) -> Preparation:
    """Compile the rules and read assignments, groups and escrows.

    :param flag: whether the target is spoken to in the corrected dialect (E70).
    :param silent: whether nobody reads the steps of the log.
    """
    scope = kept_scope(job, watermark)
    entitlements = Entitlements(snapshot.assignments, snapshot.groups, snapshot.app_roles)
    claims: dict[tuple[ObjectKind, str], str] = {}
    owner, rules = _owner(store, claims), rules_digest(job, scope)
    dialect = Dialect(flag, job.fidelity)

    def account(source_id: str) -> str | None:
        link = store.link(ObjectKind.USER, source_id)
        return link.target_id if link is not None else None

    def side(rules: Rules) -> Side:
        compiled = compile_rules(job, rules, scope=scope)
        context = Context(compiled, dialect, owner, account, silent)
        return (
            _users(context, snapshot, entitlements) if rules is job.users else _groups(context, snapshot, entitlements)
        )

    return Preparation(
        job=job,
        snapshot=snapshot,
        store=store,
        ids=ids,
        now=now,
        sides={rules.kind: side(rules) for rules in (job.users, job.groups) if rules is not None},
        entitlements=entitlements,
        rules=rules,
        initial=is_initial(watermark, rules),
        scope=scope,
        claims=claims,
        escrows=escrows_of(store),
        restarted=watermark is None and any(row.status in COMPLETED for row in store.cycles()),
    )


def escrows_of(store: Store) -> dict[tuple[ObjectKind, str], Escrow]:
    """Who waits, by kind and source id."""
    return {(escrow.kind, escrow.source_id): escrow for escrow in store.escrows()}


def _users(context: Context, snapshot: Snapshot, entitlements: Entitlements) -> Side:
    rules = context.rules

    def decide(user: SourceUser) -> Decision:
        return decide_user(user, entitlements, rules.passes, everybody=rules.everybody)

    def attributes(user: SourceUser, decision: Decision) -> Mapping[str, Any]:
        return user_attributes(user, decision, rules)

    return Side(rules, context, snapshot.user_digests, snapshot.user, decide, attributes)


def _groups(context: Context, snapshot: Snapshot, entitlements: Entitlements) -> Side:
    rules = context.rules

    def find(source_id: str) -> SourceGroup | None:
        """A group that is soft-deleted is gone (E62)."""
        group = snapshot.groups.get(source_id)
        return None if group is None or group.soft_deleted else group

    def decide(group: SourceGroup) -> Decision:
        return decide_group(group, entitlements, rules.passes, everybody=rules.everybody)

    return Side(rules, context, snapshot.group_digests, find, decide, group_attributes)


def _owner(store: Store, claims: Mapping[tuple[ObjectKind, str], str]) -> Owner:
    def owner(kind: ObjectKind, target_id: str) -> str | None:
        claimed = claims.get((kind, target_id))
        link = None if claimed is not None else store.linked_to(kind, target_id)
        return link.source_id if link is not None else claimed

    return owner


def kept_scope(job: Job, watermark: Watermark | None) -> str:
    """The scope to decide by: the job's, unless a change of it waits for a restart as in Entra (E26)."""
    if job.fidelity.scope_change == "after-restart" and watermark is not None and watermark.scope:
        return watermark.scope
    return job.scope


def told_of_scope(watermark: Watermark | None, scope: str) -> tuple[str, ...]:
    """What is to be said when another scope is acted on at once, which Entra does not do (E26)."""
    if watermark is None or watermark.scope in ("", scope):
        return ()
    return (
        f"The scope changed from {watermark.scope!r} to {scope!r}, and this cycle acts on it. Entra would only after a "
        'restart: [fidelity] scope_change = "after-restart" waits for one, too (E26)',
    )


def rules_digest(job: Job, scope: str) -> str:
    """Digest of all that decides and flows; another one makes the next cycle initial (E26)."""
    hasher = blake2b(digest_size=8)
    for rules in (job.users, job.groups):
        if rules is not None:
            hasher.update(digest_of(rules, scope))
    return hasher.hexdigest()


def is_initial(watermark: Watermark | None, digest: str) -> bool:
    """Whether the next cycle is an initial one: the first, after a restart, or by other rules (E26)."""
    return watermark is None or watermark.rules != digest
