"""Who looks after a job, and what is said to them."""

from pathlib import Path

from provisioner.adapters.mail import MailNotifier
from provisioner.adapters.secrets import resolve
from provisioner.engine.notice import present
from provisioner.model.errors import JobInvalid, Place
from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.wiring.options import Options, clock_of, job_of, reading_store


def notifier_of(job: Job) -> MailNotifier:
    """The way to those who look after a job. Raises JobInvalid when it names none, or its password is not at hand."""
    smtp, to = job.notification.smtp, job.notification.to
    if smtp is None or not to:
        hint = 'write [notification] to = ["..."] and smtp = { host = "...", from = "..." }'
        raise JobInvalid("the job names nobody to tell, or no mail server", place=Place(job.file), hint=hint)
    password = resolve(smtp.password, base=Path(job.file).parent) if smtp.password is not None else None
    return MailNotifier(smtp, to, password)


def present_notice(path: str, options: Options) -> Notice:
    """What the job's present health gives reason to say."""
    with reading_store(path, options) as (job, store):
        return present(job, store.health(), clock_of(options).now())


def send_notice(path: str, options: Options) -> Notice:
    """Say it. Raises Undelivered."""
    said = present_notice(path, options)
    notifier_of(job_of(path, options)).send(said)
    return said
