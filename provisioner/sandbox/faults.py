"""Named misbehaviours (F10-F24), most of them seen in the field: what endpoints do, and what we must withstand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, Self

from provisioner.model.errors import InputError
from provisioner.model.frozen import frozen
from provisioner.sandbox.arguments import HOW, WHEN, Argument, count, named, seconds, status
from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.misbehaviour import (
    Moment,
    close,
    compressed,
    cut_body,
    down,
    drip,
    drop_after_create,
    error_after_work,
    error_on,
    firewall,
    forbidden,
    html_errors,
    html_success,
    late_after_work,
    malformed,
    no_id,
    oversized,
    plain_404,
    rate_limit,
    redirect,
    refuse_media_type,
    require_accept,
    stall,
    throttle,
    unauthorized,
)
from provisioner.sandbox.reply import Reply
from provisioner.sandbox.requests import Incoming

Instead = Callable[[Any, Incoming, Moment], Reply | None]
Then = Callable[[Any, Incoming, Reply], Reply]


@frozen
class FaultSpec:
    """One misbehaviour. ``instead`` answers in place of the work, ``then`` changes the answer; with neither, the fault
    is a switch of :class:`.Behaviour` of the same name."""

    description: str
    argument: Argument | None = None
    instead: Instead | None = None
    then: Then | None = None

    def usage(self, name: str) -> str:
        """How it is asked for: ``NAME``, or ``NAME[=ARG]``."""
        return f"{name}[={self.argument.name}]" if self.argument else name


@frozen
class Fault:
    """A fault asked for, with its argument read."""

    name: str
    spec: FaultSpec
    argument: Any = True


# fmt: off
FAULTS: Final[Mapping[str, FaultSpec]] = {
    # not there, or not for us
    "down": FaultSpec("answers 503 to everything", instead=down),
    "throttle": FaultSpec("answers 429 to everything for so long", seconds(60), instead=throttle),
    "rate-limit": FaultSpec("answers 429 beyond N requests within a second", count("N", 10), instead=rate_limit),
    "error-on": FaultSpec("answers request N (from 1) with a server error", WHEN, instead=error_on),
    "unauthorized": FaultSpec("answers 401 whatever the token", instead=unauthorized),
    "forbidden": FaultSpec("answers 403 whatever the token", instead=forbidden),
    "firewall": FaultSpec("answers with a firewall's HTML page when no User-Agent was sent", instead=firewall),
    "require-accept": FaultSpec("answers 406 when no Accept was sent", instead=require_accept),
    "refuse-media-type": FaultSpec("answers 415 to application/scim+json", instead=refuse_media_type),
    "redirect": FaultSpec("redirects everything elsewhere", named("URL", "http://127.0.0.1:9/"), instead=redirect),
    "html-success": FaultSpec("answers 200 with a sign-in page to everything", instead=html_success),
    # on the wire
    "close": FaultSpec("closes the connection without an answer", instead=close),
    "stall": FaultSpec("does nothing and says nothing for so long", seconds(600), instead=stall),
    "timeout-after-work": FaultSpec("carries a write out, then says nothing", seconds(600), then=late_after_work),
    "error-after-work": FaultSpec("carries a write out, then answers 5xx", status(500), then=error_after_work),
    "drop-after-create": FaultSpec("creates, says 201 and closes the connection in mid-body", then=drop_after_create),
    "cut-body": FaultSpec("closes the connection in the middle of every body", then=cut_body),
    "drip": FaultSpec("sends bodies a byte at a time, so many seconds apart", seconds(0.1), then=drip),
    # bodies
    "oversized": FaultSpec("blows every body up by so many MiB", count("MIB", 16), then=oversized),
    "gzip": FaultSpec("compresses every body unasked", then=compressed),
    "malformed": FaultSpec("sends bodies that are no sound JSON", HOW, then=malformed),
    "html-errors": FaultSpec("sends errors as HTML pages", then=html_errors),
    "plain-404": FaultSpec("says 404 in plain text instead of a SCIM Error", then=plain_404),
    "no-id": FaultSpec("creates, but does not tell the id", then=no_id),
    "odd-ids": FaultSpec("gives ids with a slash, a question mark and a letter beyond ASCII"),
    # finding
    "ignore-filters": FaultSpec("returns everybody, whatever the filter"),
    "case-sensitive-filters": FaultSpec("compares with upper and lower case in filters"),
    "refuse-filters": FaultSpec("refuses every filter with invalidFilter"),
    "empty-filters": FaultSpec("finds nobody by filter, so that a create of somebody who is there meets a 409"),
    "hide-disabled": FaultSpec("hides users with active false from filters"),
    "duplicate-entries": FaultSpec("finds every hit twice, under two ids"),
    "wrong-total": FaultSpec("claims N more hits in totalResults than there are", count("N", 1)),
    "null-resources": FaultSpec("says Resources: null in lists"),
    "bare-list": FaultSpec("answers a query with a bare array instead of a ListResponse"),
    "gone": FaultSpec("answers 404 to an id, or to every id", named("ID", "*")),
    "no-groups": FaultSpec("has no /Groups"),
    # reading
    "omit": FaultSpec("never returns an attribute", named("ATTRIBUTE", "active")),
    "manager-as-string": FaultSpec("returns the manager as a bare id"),
    "members-despite-exclusion": FaultSpec("returns members, even empty ones, although they were excluded"),
    # writing
    "lose-writes": FaultSpec("says 200 to PATCH and PUT and changes nothing"),
    "lose-creates": FaultSpec("says 201 and keeps nothing"),
    "half-patch": FaultSpec("carries out only the first operation of a PATCH"),
    "ignore-attribute": FaultSpec("silently leaves an attribute alone", named("ATTRIBUTE", "manager")),
    "conflict-on-create": FaultSpec("refuses every create with 409 for a reason of its own"),
    "refuse-delete": FaultSpec("refuses DELETE with 405"),
    "refuse-capital-ops": FaultSpec("refuses Add, Replace and Remove with a capital"),
    "refuse-string-booleans": FaultSpec('refuses "True" and "False" as booleans'),
    "keep-string-booleans": FaultSpec('stores "True" and "False" as texts'),
    "refuse-missing-element": FaultSpec("refuses a value path to an element that is not there with noTarget"),
    "refuse-boolean-selectors": FaultSpec("refuses a value path that selects by primary"),
    "refuse-extension-paths": FaultSpec("refuses a path that begins with a URN"),
    "refuse-string-manager": FaultSpec("refuses a manager that is a bare id"),
    "refuse-unknown-attributes": FaultSpec("refuses attributes no schema of the application knows"),
    "refuse-unlisted-schemas": FaultSpec("refuses a create with an extension that schemas does not list"),
    "literal-dotted-keys": FaultSpec("stores dotted and URN keys of a PATCH without path as they stand"),
    # memberships
    "wipe-members": FaultSpec("empties a group when a removal names a member in its value"),
    "refuse-legacy-removal": FaultSpec("refuses a removal that names a member in its value"),
    "unknown-member": FaultSpec("refuses a member it does not know", status(404)),
    "racy-members": FaultSpec("loses one of two PATCHes that come at once", seconds(0.05)),
}
# fmt: on


def parse_fault(text: str) -> Fault:
    """The fault this ``NAME`` or ``NAME=ARG`` asks for. Raises InputError."""
    name, equals, argument = text.partition("=")
    spec = FAULTS.get(name)
    if spec is None:
        nearest = get_close_matches(name, FAULTS, 1)
        known = f"the faults are {', '.join(FAULTS)}"
        raise InputError(f"no fault {name!r}", hint=f"did you mean {nearest[0]}? {known}" if nearest else known)
    if spec.argument is None:
        if equals:
            raise InputError(f"the fault {name} takes no argument", hint=f"write {name}")
        return Fault(name, spec)
    return Fault(name, spec, _argument(name, spec, spec.argument, argument) if equals else spec.argument.default)


def _argument(name: str, spec: FaultSpec, argument: Argument, text: str) -> Any:
    try:
        return argument.read(text)
    except ValueError:
        raise InputError(f"{text!r} is no argument of the fault {name}", hint=spec.usage(name)) from None


class ActiveFaults:
    """The faults of the moment, with the counts and times they go by."""

    def __init__(self, faults: Sequence[Fault], clock: Callable[[], datetime]) -> None:
        switches = {fault.name.replace("-", "_"): fault.argument for fault in faults if _is_switch(fault.spec)}
        self.behaviour = replace(Behaviour(), **switches)
        self._instead = [(fault.spec.instead, fault.argument) for fault in faults if fault.spec.instead]
        self._then = [(fault.spec.then, fault.argument) for fault in faults if fault.spec.then]
        self._clock = clock
        self._number = 0
        self._first: datetime | None = None
        self._second: datetime | None = None
        self._within_second = 0

    @classmethod
    def parse(cls, texts: Sequence[str], clock: Callable[[], datetime]) -> Self:
        """The faults these texts ask for. Raises InputError."""
        return cls([parse_fault(text) for text in texts], clock)

    def before(self, request: Incoming) -> Reply | None:
        """The answer that replaces the work, if a fault has one."""
        if not self._instead:
            return None
        moment = self._moment()
        replies = (instead(argument, request, moment) for instead, argument in self._instead)
        return next((reply for reply in replies if reply is not None), None)

    def after(self, request: Incoming, reply: Reply) -> Reply:
        """The answer as it will be sent."""
        for then, argument in self._then:
            reply = then(argument, request, reply)
        return reply

    def _moment(self) -> Moment:
        now = self._clock()
        second = now.replace(microsecond=0)
        self._within_second = self._within_second + 1 if second == self._second else 1
        self._second = second
        self._first = self._first or now
        self._number += 1
        return Moment(self._number, (now - self._first).total_seconds(), self._within_second)


def _is_switch(spec: FaultSpec) -> bool:
    return spec.instead is None and spec.then is None
