"""The conversation with the target about one object: a generator of Questions that is sent Answers.

It does no I/O, reads no clock and draws nothing at random. Four drivers run it: live, preview, replay, simulation.
What it returns is an :class:`Outcome`; what it yields is all that ever reaches a target.
"""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from provisioner.engine import steps, trouble
from provisioner.engine.creation import exported, placed_references
from provisioner.engine.diff import Difference, differences, references, same
from provisioner.engine.mapping import Desired, Flowing, is_empty
from provisioner.engine.resource import as_seen, build, kept_literally, member, read
from provisioner.engine.story import Context, Story, Subject
from provisioner.model.answer import Answer, Done, Exchange, Found, Refused
from provisioner.model.decision import Disposition
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import (
    Action,
    AttributeChange,
    Ending,
    ErrorInfo,
    LinkEffect,
    Outcome,
    Reference,
    StepType,
)
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove
from provisioner.model.state import Link

Flow: TypeAlias = Generator[Question, Answer, Outcome]


def provision(subject: Subject, context: Context) -> Flow:
    """Bring one object to where its disposition says (E28-E37, E54-E58b)."""
    story = Story(subject, silent=context.silent)
    if subject.decision is None:
        story.tell(steps.import_gone, subject.kind.value.lower(), subject.name)
    else:
        story.tell(steps.imported, subject.kind.value.lower(), subject.name, new=subject.link is None)
        story.tell(steps.scoped, subject.decision, subject.name)
    if subject.disposition is Disposition.SKIP:
        return _left_alone(story)
    if subject.disposition is Disposition.DELETE and subject.link is not None:
        return (yield from _remove(story, subject.link))
    invalid = _invalid(story)
    if invalid is not None:
        return invalid
    if subject.link is None:
        return (yield from _arrive(story, context))
    return (yield from _update(story, context, subject.link))


def _left_alone(story: Story) -> Outcome:
    """Nothing is sent: never provisioned, already out, or a deprovisioning the job does not want."""
    decision = story.subject.decision
    if decision is None:
        return story.skip("NotInScope", "Gone from the source, and nothing is to be deleted in the target")
    if decision.assigned and not decision.passes:
        return story.skip("NotInScope", "The scoping filter does not pass")
    if story.subject.link is not None and decision.in_scope:
        return story.skip("NotEffectivelyEntitled", "Soft-deleted, and IsSoftDeleted is in no mapping")
    return story.skip("NotEffectivelyEntitled", "Not active, or not assigned to the application")


def _invalid(story: Story) -> Outcome | None:
    """Stop an object whose mappings fail or that lacks a required attribute. Neither stops a disable."""
    subject = story.subject
    desired = subject.desired
    action = _intended(subject)
    if desired.errors and subject.disposition is not Disposition.DISABLE:
        reason = "; ".join(f"{mapping.target}: {message}" for mapping, message in desired.errors)
        return story.fail(trouble.error(trouble.EXPRESSION_FAILED, reason), StepType.PROCESSING, action)
    if desired.missing and subject.disposition is not Disposition.DISABLE:
        names = ", ".join(mapping.target.text for mapping in desired.missing)
        return story.skip("AttributeValidationFailed", f"Required in the target, and the source gives nothing: {names}")
    return None


def _intended(subject: Subject) -> Action:
    if subject.disposition is Disposition.DISABLE:
        return Action.DISABLE
    return Action.UPDATE if subject.link is not None else Action.CREATE


def _arrive(story: Story, context: Context) -> Flow:
    """An object without a link: match by each matching attribute in turn, then create (E28)."""
    subject = story.subject
    desired = subject.desired
    asked = False
    for flowing in context.rules.matching:
        value = desired.value(flowing)
        if is_empty(value):
            continue
        asked = True
        question = Find(
            subject.kind, flowing.mapping.target.text, as_seen(value), exclude_members=subject.kind is ObjectKind.GROUP
        )
        answer = yield question
        if not isinstance(answer, Found):
            return story.refused(question, answer, Action.CREATE)
        if answer.resources:
            return (yield from _meet(story, context, flowing, answer))
    if not asked:
        return story.skip("MissingMatchingAttribute", "The source gives nothing for any matching attribute")
    return (yield from _create(story, context, desired))


def _meet(story: Story, context: Context, flowing: Flowing, answer: Found) -> Flow:
    """Somebody came back from a filter: adopt the one that carries the value, or stop (E28, E33)."""
    subject = story.subject
    value = subject.desired.value(flowing)
    target = flowing.mapping.target
    hits = carriers(answer.resources, flowing, value)
    if not hits:
        reason = (
            f"The filter {target} eq {as_seen(value)!r} returned {len(answer.resources)} resource(s), none of which "
            "carries the value. (A guard of this program: the service itself would compare with a stranger.)"
        )
        return story.fail(
            trouble.error(trouble.FILTER_IGNORED, reason, answer.exchange), StepType.MATCHING, Action.CREATE
        )
    if len(hits) > 1:
        reason = f"{len(hits)} accounts in the target carry {target} = {as_seen(value)!r}: {', '.join(sorted(hits))}"
        return story.fail(
            trouble.error(trouble.DUPLICATE_TARGET, reason, answer.exchange), StepType.MATCHING, Action.CREATE
        )
    target_id, body = next(iter(hits.items()))
    owner = context.owner(subject.kind, target_id)
    if owner is not None and owner != subject.source_id:
        return story.fail(_taken(target_id, owner, answer.exchange), StepType.MATCHING, Action.CREATE)
    story.tell(steps.matched, target_id, f"Matched by {target} = {as_seen(value)!r}")
    return (yield from _compare(story, context, target_id, body, adopted=True))


def carriers(resources: tuple[Mapping[str, Any], ...], flowing: Flowing, value: Any) -> dict[str, Mapping[str, Any]]:
    """The resources that really carry the value, by id (E33, F20)."""
    mapping = flowing.mapping
    return {
        str(member(resource, "id")): resource
        for resource in resources
        if same(read(resource, mapping.target), value, case_exact=mapping.case_exact)
    }


def _taken(target_id: str, owner: str, exchange: Exchange) -> ErrorInfo:
    reason = f"The account '{target_id}' in the target already belongs to source object '{owner}'"
    return trouble.error(trouble.DUPLICATE_SOURCE, reason, exchange)


def _create(story: Story, context: Context, desired: Desired) -> Flow:
    subject = story.subject
    rules = context.rules
    if "create" not in rules.actions:
        return story.skip("NotInScope", "The Create action is switched off for this object type")
    plain, left_out = exported(desired, rules)
    placed = placed_references(desired, context)
    values = [*plain, *placed]
    story.tell(steps.processed, Action.CREATE, (target.text for target, _ in values))
    listed = rules.fidelity.custom_schemas == "listed"
    told = [*plain, *((target, {"value": account}) for target, account in placed)]
    question = Create(subject.kind, build(subject.kind, told, list_custom_schemas=listed))
    answer = yield question
    changes = tuple([AttributeChange(target.text, None, value) for target, value in values])
    if not isinstance(answer, Done):
        return story.refused(question, answer, Action.CREATE, changes=changes)
    owner = context.owner(subject.kind, answer.id)
    if owner is not None and owner != subject.source_id:
        return story.fail(_taken(answer.id, owner, answer.exchange), StepType.EXPORT, Action.CREATE, changes=changes)
    story.tell(steps.exported, Action.CREATE, answer.id)
    if left_out:
        story.tell(steps.left_out, left_out)
    return story.end(
        Ending.CHANGED,
        Action.CREATE,
        link=LinkEffect.SET,
        target_id=answer.id,
        changes=changes,
        references=tuple(r for r in references(desired, {}) if r.path not in {target.text for target, _ in placed}),
        again=bool(left_out),
    )


def _update(story: Story, context: Context, link: Link) -> Flow:
    """A linked object: read, compare, one PATCH with all differences or nothing (E30)."""
    if "update" not in context.rules.actions:
        return story.skip("NotInScope", "The Update action is switched off for this object type")
    question = Read(link.kind, link.target_id, exclude_members=link.kind is ObjectKind.GROUP)
    answer = yield question
    if isinstance(answer, Found) and answer.resources:
        story.tell(steps.matched, link.target_id, "Read by the id it is linked to")
        return (yield from _compare(story, context, link.target_id, answer.resources[0], adopted=False))
    if isinstance(answer, Refused) and answer.fault.status == 404:
        return (yield from _lost(story, context, link))
    return story.refused(question, answer, _intended(story.subject))


def _lost(story: Story, context: Context, link: Link) -> Flow:
    """404 on a linked id: drop the link, match again, create if absent (E31)."""
    story.tell(steps.lost, link.target_id)
    if context.rules.fidelity.lost_link == "fail":
        gone = ErrorInfo(
            "InvalidAnchor",
            "NonServiceFailure",
            f"The linked account '{link.target_id}' is not in the target any more",
            "The link is dropped; the object is matched again at its next attempt.",
        )
        return story.fail(gone, StepType.MATCHING, Action.UPDATE, link=LinkEffect.DROP, target_id="")
    decision = story.subject.decision
    if decision is not None and decision.is_soft_deleted:
        return story.skip(
            "NotEffectivelyEntitled", "There is no account left to disable", link=LinkEffect.DROP, target_id=""
        )
    story.subject = replace(story.subject, link=None)
    outcome = yield from _arrive(story, context)
    return replace(outcome, link=LinkEffect.DROP) if outcome.link is LinkEffect.KEEP else outcome


def _compare(story: Story, context: Context, target_id: str, body: Mapping[str, Any], *, adopted: bool) -> Flow:
    subject = story.subject
    desired = subject.desired
    found = differences(desired, body)
    waiting = references(desired, body) if subject.disposition is Disposition.PROVISION else ()
    more: dict[str, Any] = {
        "target_id": target_id,
        "references": waiting,
        "link": LinkEffect.SET if adopted else LinkEffect.KEEP,
        "lists_members": subject.kind is ObjectKind.GROUP and member(body, "members") is not None,
    }
    if not found:
        return story.unchanged(**more)
    if adopted and "update" not in context.rules.actions:
        return story.skip("NotInScope", "The Update action is switched off for this object type", **more)
    action = Action.DISABLE if subject.disposition is Disposition.DISABLE or _deactivates(found) else Action.UPDATE
    story.tell(steps.processed, action, (difference.mapping.target.text for difference in found))
    question = Modify(subject.kind, target_id, context.dialect.attributes(found))
    answer = yield question
    changes = tuple(difference.as_change() for difference in found)
    if not isinstance(answer, Done):
        return story.refused(question, answer, action, changes=changes, **{**more, "references": ()})
    story.tell(steps.exported, action, target_id)
    literal = [d.mapping.target.text for d in found if kept_literally(answer.resource or body, d.mapping.target)]
    if literal:
        story.tell(steps.kept_literally, literal)
    return story.end(Ending.CHANGED, action, changes=changes, **more)


def _deactivates(found: tuple[Difference, ...]) -> bool:
    return any(d.mapping.target.key == "active" and d.after is False for d in found)


def _remove(story: Story, link: Link) -> Flow:
    """A hard deletion, or leaving scope where that deletes (E57, E58, E62). An account that is gone already is fine."""
    story.tell(steps.processed, Action.DELETE)
    question = Remove(link.kind, link.target_id)
    answer = yield question
    gone = isinstance(answer, Refused) and answer.fault.status == 404
    if not isinstance(answer, Done) and not gone:
        return story.refused(question, answer, Action.DELETE)
    if gone:
        story.tell(steps.lost, link.target_id)
    else:
        story.tell(steps.exported, Action.DELETE, link.target_id)
    return story.end(Ending.CHANGED, Action.DELETE, link=LinkEffect.DROP, target_id=link.target_id)


def change_member(subject: Subject, context: Context, question: Modify, before: str | None, after: str | None) -> Flow:
    """Add or remove one member of a linked group in a PATCH of its own (E60, E61, E72)."""
    story = Story(subject, silent=context.silent)
    answer = yield question
    changes = (AttributeChange("members", before, after),)
    if not isinstance(answer, Done):
        return story.refused(question, answer, Action.UPDATE, changes=changes, target_id=question.id, reference=True)
    story.tell(steps.exported, Action.UPDATE, question.id)
    return story.end(Ending.CHANGED, Action.UPDATE, changes=changes, target_id=question.id)


def refer(subject: Subject, context: Context, reference: Reference, target_id: str, referred: str) -> Flow:
    """Point one reference of a linked object at a target id, unless it points there already (E27, E29, E50).

    :param target_id: the object's own id in the target.
    :param referred: the target id to refer to.
    """
    story = Story(subject, silent=context.silent)
    story.tell(steps.referenced, reference.path, referred)
    if reference.before is not None and reference.before == referred:
        return story.unchanged(target_id=target_id)
    body = context.dialect.reference(reference.path, referred, adds=reference.before is None)
    question = Modify(subject.kind, target_id, body)
    answer = yield question
    changes = (AttributeChange(reference.path, reference.before, referred),)
    if not isinstance(answer, Done):
        return story.refused(question, answer, Action.UPDATE, changes=changes, target_id=target_id, reference=True)
    story.tell(steps.exported, Action.UPDATE, target_id)
    return story.end(Ending.CHANGED, Action.UPDATE, changes=changes, target_id=target_id)
