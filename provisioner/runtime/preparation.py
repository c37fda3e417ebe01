"""What a cycle knows before it touches the target: rules, snapshot, entitlements, links, and the worklist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisioner.engine.dialect import Dialect
from provisioner.engine.expression import Environment
from provisioner.engine.flow import Context, Subject
from provisioner.engine.mapping import CompiledRules, Desired, compile_rules, evaluate, user_attributes
from provisioner.engine.scope import Entitlements, decide_user, dispose
from provisioner.engine.triage import GONE, triage
from provisioner.model.decision import Decision, Disposition, WorkItem, Worklist
from provisioner.model.directory import ObjectKind, SourceUser
from provisioner.model.job import Job
from provisioner.model.state import Escrow, Watermark
from provisioner.ports import Ids, Snapshot, Store


@dataclass(frozen=True, slots=True)
class Preparation:
    """One cycle's view of the source, with the rules to read it by.

    ``claims`` holds the target ids taken by objects that are done but not settled yet: (kind, target id) -> source id.
    """

    job: Job
    snapshot: Snapshot
    store: Store
    ids: Ids
    now: datetime
    rules: CompiledRules
    context: Context
    entitlements: Entitlements
    initial: bool
    scope: str
    claims: dict[tuple[ObjectKind, str], str]
    escrows: Mapping[tuple[ObjectKind, str], Escrow] = field(default_factory=dict)

    def worklist(self) -> Worklist:
        """Every user to attend to (E25)."""
        sealed = (
            (source_id, self.entitlements.seal(source_id, digest, self.rules.digest))
            for source_id, digest in self.snapshot.user_digests()
        )
        return triage(
            ObjectKind.USER,
            sealed,
            dict(self.store.digests(ObjectKind.USER)),
            due=self._due(ObjectKind.USER),
            examine=self._examine,
            vanished=lambda source_id: dispose(None, self.store.link(ObjectKind.USER, source_id), self.rules),
            initial=self.initial,
        )

    def _due(self, kind: ObjectKind) -> frozenset[str]:
        """Objects whose time of next attempt has come (E90), or whose remembered reference can be resolved (E38)."""
        due = {e.source_id for e in self.escrows.values() if e.kind is kind and e.next_attempt <= self.now}
        if self.rules.fidelity.late_references == "close":
            waiting = (reference for reference in self.store.references() if reference.kind is kind)
            due |= {r.source_id for r in waiting if self.store.link(ObjectKind.USER, r.reference_id) is not None}
        return frozenset(due)

    def _examine(self, source_id: str) -> Disposition | None:
        user = self.snapshot.user(source_id)
        if user is None or (self.rules.exists is not None and not self.rules.exists(user.attributes)[0]):
            return None
        return dispose(self.decide(user), self.store.link(ObjectKind.USER, source_id), self.rules)

    def decide(self, user: SourceUser) -> Decision:
        """Whether a user is in scope, and why."""
        return decide_user(user, self.entitlements, self.rules.passes, everybody=self.rules.everybody)

    def desired(self, user: SourceUser, decision: Decision) -> Desired:
        """The user's target resource as it should be."""
        return evaluate(self.rules, Environment(user_attributes(user, decision), self.now, self.ids))

    def subject(self, item: WorkItem) -> Subject:
        """All that is known of a worklist item's object."""
        link = self.store.link(item.kind, item.source_id)
        user = self.snapshot.user(item.source_id) if item.digest != GONE else None
        if user is None:
            name = link.target_id if link is not None else item.source_id
            return Subject(item.kind, item.source_id, name, item.disposition, None, Desired(()), link)
        decision = self.decide(user)
        disposition = item.disposition
        desired = self.desired(user, decision) if disposition is not Disposition.SKIP else Desired(())
        return Subject(item.kind, item.source_id, user.name, disposition, decision, desired, link)


def prepare(
    job: Job, snapshot: Snapshot, store: Store, ids: Ids, now: datetime, *, flag: bool, watermark: Watermark | None
) -> Preparation:
    """Compile the rules and read assignments, groups and escrows."""
    scope = kept_scope(job, watermark)
    rules = compile_rules(job, job.users, scope=scope)
    claims: dict[tuple[ObjectKind, str], str] = {}

    def owner(kind: ObjectKind, target_id: str) -> str | None:
        claimed = claims.get((kind, target_id))
        link = None if claimed is not None else store.linked_to(kind, target_id)
        return link.source_id if link is not None else claimed

    return Preparation(
        job=job,
        snapshot=snapshot,
        store=store,
        ids=ids,
        now=now,
        rules=rules,
        context=Context(rules, Dialect(flag, job.fidelity), owner),
        claims=claims,
        entitlements=Entitlements(snapshot.assignments, snapshot.groups, snapshot.app_roles),
        initial=is_initial(watermark, rules),
        scope=scope,
        escrows={(escrow.kind, escrow.source_id): escrow for escrow in store.escrows()},
    )


def kept_scope(job: Job, watermark: Watermark | None) -> str:
    """The scope to decide by: the job's, unless a change of it waits for a restart as in Entra (E26)."""
    if job.fidelity.scope_change == "after-restart" and watermark is not None and watermark.scope:
        return watermark.scope
    return job.scope


def is_initial(watermark: Watermark | None, rules: CompiledRules) -> bool:
    """Whether the next cycle is an initial one: the first, after a restart, or by other rules (E26)."""
    return watermark is None or watermark.rules != rules.digest.hex()
