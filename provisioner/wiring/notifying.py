"""Who looks after a job, and what is said to them."""

from provisioner.adapters.job_toml.place import in_its_file
from provisioner.adapters.mail import MailNotifier
from provisioner.engine.notice import present
from provisioner.model.errors import JobInvalid
from provisioner.model.job import Job
from provisioner.model.notice import Notice
from provisioner.wiring.options import Options, clock_of, job_of, reading_store, secret_in


def notifier_of(job: Job) -> MailNotifier:
    """The way to those who look after a job. Raises JobInvalid when it names none, or its password is not at hand."""
    smtp, to = job.notification.smtp, job.notification.to
    if smtp is None or not to:
        hint = 'write [notification] to = ["..."] and smtp = { host = "...", from = "..." }'
        nobody = JobInvalid("the job names nobody to tell, or no mail server", hint=hint)
        raise in_its_file(nobody, job.file, ("notification",))
    path = ("notification", "smtp", "password")
    password = secret_in(job, smtp.password, path) if smtp.password is not None else None
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
