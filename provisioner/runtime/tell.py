"""Telling those who look after a job, without letting the telling disturb it (E95)."""

import asyncio
from collections.abc import Callable

import structlog

from provisioner.engine.notice import wanted
from provisioner.model.errors import PartlyDelivered, ProvisionerError
from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.ports import Notifier, Store

log = structlog.get_logger("provisioner.notification")


async def tell(job: Job, store: Store, notifier: Callable[[], Notifier]) -> None:
    """Send what is owed, while other jobs go on. What cannot be sent is a warning, and is owed still at the next run.

    A crash after a notice was sent sends it once more; mail servers know it by its Message-ID.

    :param notifier: made only when there is something to say: its password may not be at hand.
    """
    for notice in store.owed():
        if wanted(job) and not await _sent(notice, notifier):
            return
        store.told(notice)


async def _sent(notice: Notice, notifier: Callable[[], Notifier]) -> bool:
    """Whether there is nothing more to do about a notice."""
    try:
        await asyncio.to_thread(lambda: notifier().send(notice))
    except PartlyDelivered as error:
        log.warning("not everybody was told", subject=notice.subject, error=str(error))
    except ProvisionerError as error:
        log.warning("nobody was told; the next run tries again", subject=notice.subject, error=str(error))
        return False
    return True
