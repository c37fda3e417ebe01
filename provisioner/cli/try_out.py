"""Commands to begin with: ``init``, ``sandbox`` and ``demo``."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provisioner.cli.options import Json, Now, Seed, options
from provisioner.cli.output import line_of, note, out, print_json, print_lines, printable

if TYPE_CHECKING:
    from provisioner.model.report import CycleReport
    from provisioner.sandbox import RequestSeen, Sandbox

Application = Annotated[
    Literal["real-links", "scim"], typer.Option("--application", help="Which ready job, and which target to rehearse.")
]


SCHEMA = "job.schema.json"
"""What editors check a job file by; the first line of a ready job names it."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("demo", epilog="Example: provisioner demo")(demo)
    app.command("init", epilog="Example: provisioner init my-job --application scim --sample 200 --seed 7")(init)
    samples = typer.Typer(help="A sample directory in which days pass.", no_args_is_help=True)
    samples.command("next", epilog="Example: provisioner sample next my-job/directory")(next_day)
    app.add_typer(samples, name="sample")
    app.command("sandbox", epilog="Example: provisioner sandbox --port 8808 --application real-links")(sandbox)


def init(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to write the job and its directory.")] = ".",
    application: Application = "real-links",
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="A believable directory of N people instead.")
    ] = None,
    seed: Seed = None,
    now: Now = None,
    json: Json = False,
) -> None:
    """Write a ready job file and a small sample directory to begin with; nothing is overwritten."""
    from provisioner.model.errors import InputError, Place
    from provisioner.wiring.samples import shipped, write_sample_directory

    base = Path(folder)
    job = base / f"{application}.toml"
    directory = base / "directory"
    for path in (job, directory):
        if path.exists():
            raise InputError("exists already", place=Place(str(path)), hint="choose another folder, or move it away")
    base.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped("config") / job.name, job)
    if not (base / SCHEMA).exists():  # another job of this folder brought it, or its owner keeps another
        shutil.copyfile(shipped("config") / SCHEMA, base / SCHEMA)
    if sample is None:
        shutil.copytree(shipped("examples") / "real-links" / "snapshots" / "001", directory)
    else:
        write_sample_directory(directory, sample, options(now=now, seed=seed))
    if json:
        print_json({"job": str(job), "snapshot": str(directory)})
        return
    out.print(f"Wrote {job} and {directory}/. Next, in two terminals:")
    variable = f"{application.replace('-', '_').upper()}_TOKEN"
    out.print(f"  provisioner sandbox --application {application} --token env:{variable}", markup=False)
    out.print(f"  provisioner run {job}", markup=False)
    out.print(f"Set the token first, the same in both: export {variable}=anything")


def next_day(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A directory that init --sample wrote.")],
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Let a day pass in a sample directory: joiners, movers, leavers, renames, returns, purges."""
    from provisioner.wiring.samples import sample_day

    day = sample_day(folder, options(seed=seed))
    if json:
        print_json(day)
        return
    out.print(f"It is now {day['generatedAt']} in {folder}.", markup=False)
    for what, names in day.items():
        if isinstance(names, list) and names:
            out.print(
                f"  {what}: {', '.join(map(printable, names[:8]))}{' ...' if len(names) > 8 else ''}", markup=False
            )


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 takes a free one.")] = 8808,
    application: Application = "real-links",
    token: Annotated[
        str | None, typer.Option("--token", help="The secret token to ask for: env:NAME or file:PATH. None: any.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option("--fault", metavar="NAME[=ARG]", help="Misbehave so; may be repeated.")
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="List the named ways to misbehave, and end.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print each request as one line of JSON.")] = False,
    seed: Seed = None,
) -> None:
    """Serve an in-memory SCIM 2.0 endpoint that takes what Entra sends, and print each request."""
    from provisioner.sandbox import Sandbox, serve
    from provisioner.wiring.options import secret_of

    if faults:
        _list_faults(as_json=json)
        return
    made = Sandbox(
        application,
        token=secret_of(token) if token else None,
        faults=tuple(fault or ()),
        seed=seed,
        on_request=_print_request if json else _show_request,
    )
    serve(made, "127.0.0.1", port, on_listening=_show_address)


def _list_faults(*, as_json: bool) -> None:
    from provisioner.cli.output import table
    from provisioner.sandbox import FAULTS

    rows = [(spec.usage(name), spec.description) for name, spec in FAULTS.items()]
    if as_json:
        print_json([{"fault": usage, "help": description} for usage, description in rows])
    else:
        out.print(table(("fault", "what the sandbox then does"), rows))


def _show_address(url: str) -> None:
    """Where to point a job; on standard error, so that standard output holds the requests and nothing else."""
    note(f"listening on {url}; Ctrl-C ends it")


def _show_request(request: "RequestSeen") -> None:
    from provisioner.sandbox import readable

    out.print(readable(request), markup=False)


def _print_request(request: "RequestSeen") -> None:
    document = {
        "method": request.method,
        "path": request.path,
        "body": request.body.decode(errors="replace"),
        "status": request.status,
        "response": request.response.decode(errors="replace"),
    }
    print_lines([line_of(document)])
    sys.stdout.flush()


def demo(json: Json = False, now: Now = None, seed: Seed = None) -> None:
    """Show what Entra does, from nothing: a sandbox, an initial cycle, three changes, an incremental cycle.

    With --json the reports of its cycles are printed, and the story is told on standard error.
    """
    import asyncio
    import tempfile

    with tempfile.TemporaryDirectory(prefix="provisioner-demo-") as folder:
        if json:
            out.step_aside()
        reports = asyncio.run(_demo(Path(folder), now, seed))
    if json:
        print_json([report.as_json() for report in reports])


async def _demo(folder: Path, now: str | None, seed: int | None) -> "list[CycleReport]":
    import secrets

    from provisioner.cli.logging import configure
    from provisioner.cli.run import show_report
    from provisioner.sandbox import Sandbox, SandboxServer
    from provisioner.wiring.running import run_once
    from provisioner.wiring.samples import sample_day, shipped, write_sample_directory

    configure()
    story = shipped("examples") / "real-links"
    shutil.copyfile(shipped("config") / "real-links.toml", folder / "real-links.toml")
    token = secrets.token_urlsafe(24)
    (folder / "token").touch(mode=0o600)
    (folder / "token").write_text(token)
    narrator, reports = _Narrator(), []
    made = Sandbox("real-links", token=token, seed=seed, on_request=narrator)
    with SandboxServer(made) as server:
        out.print(f"[bold]A Real Links endpoint[/] listens on {server.url}; it is empty.")

        async def cycle(snapshot: str, *, quiet: bool = False) -> None:
            narrator.silent = quiet
            chosen = options(
                url=server.url,
                token=f"file:{folder / 'token'}",
                snapshot=str(story / "snapshots" / snapshot),
                state=str(folder / "sixty.db") if snapshot.endswith("sixty") else None,
                now=now,
                seed=seed,
            )
            reports.append(await run_once(str(folder / "real-links.toml"), chosen))
            show_report(reports[-1])

        _chapter("The initial cycle", "everybody assigned and active is looked for, and created where nobody was found")
        await cycle("001")
        _explain(
            "The first request is the probe, for a name nobody has. Seven people are assigned: each was looked for by "
            "user name, was not there, and was created. Three were skipped without a request: one is blocked, one is "
            "deleted, and one only belongs to a group that is not assigned."
        )
        _people(made)
        _chapter(
            "Three people change, and 40 minutes pass",
            "Hạnh Nguyễn moves to engineering, Álvaro Núñez leaves and is blocked, Aoife Ní Bhriain joins",
        )
        await cycle("002")
        _explain(
            "Hạnh's account was read, compared and patched once, with what differs. Álvaro's is disabled, not deleted: "
            "he may come back. Aoife was looked for and created. The others did not change: no request was about them."
        )
        _people(made)
        _chapter("40 more minutes without a change", "one probe, and not one request more")
        await cycle("002")
        _chapter(
            "A day in a directory of sixty people", "joiners, movers and leavers, as provisioner sample next makes them"
        )
        write_sample_directory(folder / "sixty", 60, options(now=now, seed=seed or 1))
        await cycle(str(folder / "sixty"), quiet=True)
        sample_day(str(folder / "sixty"), options(seed=seed or 1))
        await cycle(str(folder / "sixty"))
    out.print(
        "\nYour own endpoint next: [bold]provisioner init my-job[/], then set its url and [bold]provisioner run[/]."
    )
    return reports


def _chapter(title: str, lesson: str) -> None:
    out.print(f"\n[bold cyan]{title}[/]: {lesson}.")


def _explain(what: str) -> None:
    out.print(f"[italic]{what}[/]")


class _Narrator:
    """Prints each request, unless there would be too many."""

    silent = False

    def __call__(self, request: "RequestSeen") -> None:
        from provisioner.sandbox import readable

        if not self.silent:
            out.print(f"  {readable(request)}", markup=False)


def _people(made: "Sandbox") -> None:
    from provisioner.cli.output import table

    rows = [(user.get("userName", ""), user.get("active", "")) for user in made.users.values()]
    out.print(table(("account in the target", "active"), rows))
