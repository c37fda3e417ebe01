"""Telling those who look after a job, without letting the telling disturb it (E95)."""

import asyncio
from collections.abc import Callable

import structlog

from provisioner.model.errors import ProvisionerError
from provisioner.model.notice import Notice
from provisioner.ports import Notifier

log = structlog.get_logger("provisioner.notification")


async def tell(notice: Notice | None, notifier: Callable[[], Notifier]) -> None:
    """Send a notice, if there is one, while other jobs go on. That it could not be sent is a warning and no more.

    :param notifier: made only when there is something to say: its password may not be at hand.
    """
    if notice is None:
        return
    try:
        await asyncio.to_thread(lambda: notifier().send(notice))
    except ProvisionerError as error:
        log.warning("nobody was told", subject=notice.subject, error=str(error))
