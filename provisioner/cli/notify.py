"""The command that tries a job's notification out: ``notify``."""

from typing import Annotated

import typer

from provisioner.cli.options import JobFile, Json, Now, StatePath, options
from provisioner.cli.output import out, print_json, printable


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("notify", epilog="Example: provisioner notify real-links.toml --dry")(notify)


def notify(
    job: JobFile,
    json: Json = False,
    dry: Annotated[bool, typer.Option("--dry", help="Show the mail and send nothing.")] = False,
    state: StatePath = None,
    now: Now = None,
) -> None:
    """Send the mail that the job's present health gives reason to; of a healthy job, a trial mail.

    Ends with 3 when the mail server did not take it.
    """
    from provisioner.wiring.notifying import present_notice, send_notice

    chosen = options(state=state, now=now)
    notice = present_notice(job, chosen) if dry else send_notice(job, chosen)
    if json:
        print_json({"sent": not dry, "subject": notice.subject, "text": notice.text})
    else:
        out.print(f"{'Would be sent' if dry else 'Sent'}: {printable(notice.subject)}", markup=False)
        out.print(printable(notice.text, lines=True, limit=8192), markup=False)
