"""What others asked of a job from other terminals, heeded at a safe point (E93, E94, E96)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from provisioner.engine import lifecycle
from provisioner.model.state import Approval, Request, RequestKind
from provisioner.ports import Clock, Store

BUTTON: Final = ("quarantine-state", "watermark", "escrows")
"""What the portal's button *Restart provisioning* resets (E93)."""

FULL: Final = (*BUTTON, "connector-data-store")
"""What the reset scope Full resets: everything, the links too."""

APPROVAL_LASTS: Final = timedelta(hours=24)
"""How long an approval of a held worklist holds, from when it was given; a later one has to be given anew (F27)."""

RESETS: Final[Mapping[str, Callable[[Store], None]]] = {
    "watermark": lambda store: store.forget_watermark(),
    "escrows": lambda store: store.forget_escrows(),
    "quarantine-state": lambda store: store.save_health(lifecycle.restart(store.health())),
    "connector-data-store": lambda store: store.forget_links(),
}
"""Reset scope -> what it does. ``full`` and ``force-deletes`` are made of these and of an approval."""

SCOPES: Final = (*RESETS, "full", "force-deletes")
"""Every reset scope a restart may be asked for."""


def heed(store: Store, clock: Clock) -> bool:
    """Do what was asked, oldest first; doing one twice after a crash changes nothing. True when there was anything."""
    requests = store.requests()
    for request in requests:
        _DO[request.kind](store, clock, request)
        store.handled(request)
    return bool(requests)


def _pause(store: Store, clock: Clock, request: Request) -> None:
    store.save_health(lifecycle.pause(store.health()))


def _resume(store: Store, clock: Clock, request: Request) -> None:
    store.save_health(lifecycle.resume(store.health()))


def _restart(store: Store, clock: Clock, request: Request) -> None:
    if "force-deletes" in request.scopes:
        _approve(store, clock, request)
    for scope in FULL if "full" in request.scopes else request.scopes:
        if scope in RESETS:
            RESETS[scope](store)


def _approve(store: Store, clock: Clock, request: Request) -> None:
    """Approve exactly the worklist that was held when it was asked for, and lift the quarantine it caused.

    It counts from then, however long nobody was there to heed it.
    """
    quarantine = store.health().quarantine
    if quarantine is None or not quarantine.held:
        return
    given = min(request.at, clock.now())
    store.approve(Approval(request.digest or quarantine.held, 0, given, given + APPROVAL_LASTS))
    store.save_health(lifecycle.restart(store.health()))


_DO: Final[Mapping[RequestKind, Callable[[Store, Clock, Request], None]]] = {
    RequestKind.PAUSE: _pause,
    RequestKind.RESUME: _resume,
    RequestKind.RESTART: _restart,
    RequestKind.APPROVE: _approve,
}
