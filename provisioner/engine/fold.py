"""What an outcome changes in the state: link, escrow, what was seen, and the log (one transaction per object)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from provisioner.engine import steps
from provisioner.engine.retry import next_attempt
from provisioner.engine.triage import GONE
from provisioner.model.outcome import Action, Ending, LinkEffect, Outcome
from provisioner.model.record import Record
from provisioner.model.service import Ladder
from provisioner.model.state import Escrow, Link, Settlement

_REVIVE: Final = "{error.recommended_action} Then change the object in the source, or restart the job."


def settle(
    outcome: Outcome,
    *,
    digest: bytes,
    link: Link | None,
    escrow: Escrow | None,
    intents: tuple[str, ...],
    records: tuple[Record, ...],
    ladder: Ladder,
    now: datetime,
) -> Settlement:
    """Fold one outcome into the state.

    A failed object is remembered as seen, so that it is its escrow that brings it back and not every cycle (E90). After
    a create of unknown fate the intents stay: somebody asks the target what became of it (F01). Any other write is
    compared again when the object's time comes, whatever became of it.

    :param digest: the sealed digest the object had when it was attended to.
    :param link: the object's link before.
    :param escrow: the object's escrow before.
    """
    kind, source_id = outcome.kind, outcome.source_id
    done = () if outcome.ending is Ending.UNKNOWN and outcome.action is Action.CREATE else intents
    if outcome.failed:
        waiting = next_escrow(outcome, escrow, ladder, now)
        return Settlement(
            kind,
            source_id,
            digest=digest,
            link=_link(outcome, link),
            drop_link=outcome.link is LinkEffect.DROP,
            escrow=waiting,
            clear_escrow=waiting is None,
            intents=done,
            records=records,
        )
    if digest == GONE:
        return Settlement(kind, source_id, forget=True, intents=done, records=records)
    return Settlement(
        kind,
        source_id,
        digest=digest,
        link=_link(outcome, link),
        drop_link=outcome.link is LinkEffect.DROP,
        clear_escrow=True,
        intents=done,
        records=records,
    )


def _link(outcome: Outcome, link: Link | None) -> Link | None:
    """The link as it is to be remembered. A failure leaves a link's marks: what it owes is still owed.

    An account that a change of unknown fate may have enabled is active and in scope: so the deletion guard counts it
    (E94), and who is deleted in the directory before anybody heard does not keep it.
    """
    if outcome.link is LinkEffect.DROP:
        return None
    if outcome.link is LinkEffect.SET:
        if outcome.failed:
            return Link(outcome.kind, outcome.source_id, outcome.target_id)
        return Link(outcome.kind, outcome.source_id, outcome.target_id, outcome.in_scope, outcome.active)
    if link is not None and outcome.ending is Ending.UNKNOWN:
        return replace(link, active=True, in_scope=True)
    if link is None or outcome.failed:
        return None
    active = link.active if outcome.ending is Ending.SKIPPED else outcome.active
    return Link(link.kind, link.source_id, link.target_id, outcome.in_scope, active)


def next_escrow(outcome: Outcome, escrow: Escrow | None, ladder: Ladder, now: datetime) -> Escrow | None:
    """The object's place in escrow after a failure, or None when the ladder has ended (E90)."""
    first = escrow.first_failure if escrow is not None else now
    failures = (escrow.failures if escrow is not None else 0) + 1
    at = next_attempt(ladder, first, failures, now)
    if at is None:
        return None
    code, reason = (outcome.error.code, outcome.error.reason) if outcome.error is not None else ("", "")
    return Escrow(outcome.kind, outcome.source_id, first, failures, at, code, reason, outcome.reference)


def last_word(outcome: Outcome, escrow: Escrow | None, ladder: Ladder, now: datetime) -> Outcome:
    """The same outcome; a failure after which the object leaves escrow says so, for nobody tries it again (E90)."""
    if not outcome.failed or next_escrow(outcome, escrow, ladder, now) is not None:
        return outcome
    step = steps.given_up(ladder.drop_after // timedelta(days=1))
    error = outcome.error
    if error is not None:
        error = replace(
            error, reason=f"{error.reason} {step.description}", recommended_action=_REVIVE.format(error=error)
        )
    return replace(outcome, steps=(*outcome.steps, step), error=error)
