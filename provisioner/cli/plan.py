"""Commands that look ahead: ``plan`` and ``explain``, and ``on-demand`` that does it for one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.live import LiveProgress
from provisioner.cli.options import JobFile, Json, Now, Seed, SnapshotPath, StatePath, Token, Url, options
from provisioner.cli.output import expect_folder, note, out, print_json, printable, table, write_json_stream
from provisioner.cli.reports import Junit, publish, reported

if TYPE_CHECKING:
    from provisioner.model.plan import PlannedObject, PlanSummary
    from provisioner.wiring.options import Options

SHOWN = 200
"""Objects a terminal is shown; all of them are in ``--json``, ``--out`` and ``--html``."""
ANSWER = 500
"""Characters of an answer a terminal is shown; the whole of it is in ``--json``."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command("plan", epilog="Example: provisioner plan real-links.toml --out plan.json --html plan.html")(plan)
    app.command("explain", epilog="Example: provisioner explain real-links.toml ada@contoso.example")(explain)
    app.command("on-demand", epilog="Example: provisioner on-demand real-links.toml ada@contoso.example")(on_demand)


@reported("plan")
def plan(
    job: JobFile,
    json: Json = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no target: whoever has no link counts as new.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="JOB-OR-SCHEMA", help="What would change for everybody with these rules."),
    ] = None,
    out_file: Annotated[str | None, typer.Option("--out", metavar="PATH", help="Write the plan as JSON.")] = None,
    html: Annotated[str | None, typer.Option("--html", metavar="PATH", help="Write a page to search in.")] = None,
    junit: Junit = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="End with 0 when there is nothing to do and 2 with changes.")
    ] = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Show what the next cycle would do to whom and why, without writing anything to the target or the state."""
    import asyncio

    from provisioner.cli.logging import configure

    configure()
    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    if against is not None:
        if given := [name for name, path in (("--out", out_file), ("--html", html), ("--junit", junit)) if path]:
            raise typer.BadParameter(f"{given[0]} is for the plan of a cycle; of a comparison there is --json")
        changes = _show_comparison(job, chosen, against, json=json)
        raise typer.Exit(2 if detailed_exitcode and changes else 0)
    for path in filter(None, (out_file, html)):
        expect_folder(path)
    summary = asyncio.run(_plan(job, chosen, offline=offline, as_json=json, out_file=out_file, html=html, junit=junit))
    raise typer.Exit(_exit_code(summary, detailed=detailed_exitcode))


async def _plan(
    job: str,
    chosen: "Options",
    *,
    offline: bool,
    as_json: bool,
    out_file: str | None,
    html: str | None,
    junit: str | None,
) -> "PlanSummary":
    from provisioner.cli.plan_page import write_page
    from provisioner.wiring.planning import planned
    from provisioner.wiring.reports import results_of_plan

    with LiveProgress() as progress:
        async with planned(job, chosen, offline=offline, progress=progress) as (summary, objects):
            told = [*_sinks(out_file)]
            if as_json or told:
                write_json_stream(summary.as_json(), "objects", objects.encoded(), told, stdout=as_json)
            if html:
                write_page(html, summary, objects)
            publish(f"Plan of {summary.job}", results_of_plan(job, summary, objects), junit=junit)
            if not as_json:
                shown = _shown(objects) if not out_file else None
    if not as_json:
        _show(summary, shown)
    return summary


def _shown(objects: "Iterable[PlannedObject]") -> "list[PlannedObject]":
    """The objects a terminal is shown."""
    return list(islice((planned for planned in objects if planned.action != "skip"), SHOWN))


def _show_comparison(job: str, chosen: "Options", against: str, *, json: bool) -> bool:
    """Show what the other rules would change, and say whether they change anything."""
    from provisioner.wiring.planning import compared

    document = compared(job, chosen, against)
    parts = [part for part in (document, document.get("groups")) if part is not None]
    changes = any(part["rules"] or _causes(part) for part in parts)
    if json:
        print_json(document)
        return changes
    both = f"under {document['job']} and under {printable(against)}"
    _show_causes(f"{document['people']} people {both}:", document)
    if "groups" in document:
        _show_causes(f"{document['groups']['count']} groups {both}:", document["groups"])
    return changes


def _causes(document: dict[str, Any]) -> list[tuple[str, int, str]]:
    """What changes, for how many, and for example for whom."""
    rows = [
        (f"{border}: {cause}", *_cause(told))
        for border, key in (("enters scope, until now kept out", "entersScope"), ("leaves scope", "leavesScope"))
        for cause, told in document[key]["causes"].items()
    ]
    rows += [(name, *_cause(cause)) for name, cause in document["attributes"].items()]
    rows += [(f"fails: {name}", *_cause(cause)) for name, cause in document["failing"].items()]
    return [row for row in rows if row[1]]


def _show_causes(title: str, document: dict[str, Any]) -> None:
    rows = _causes(document)
    out.print(title, markup=False)
    unmoved = "nobody enters or leaves scope, no value changes" if document["rules"] else "nothing changes"
    out.print(table(("what changes", "for how many", "for example"), rows) if rows else f"  {unmoved}")
    for rule in document["rules"]:
        told = f"{rule['rule']}: {_rule(rule['before'])} -> {_rule(rule['after'])}"
        out.print(f"  {printable(told)}", markup=False)


def _cause(cause: dict[str, Any]) -> tuple[int, str]:
    return cause["count"], "; ".join(_example(example) for example in cause["examples"][:2])


def _example(example: dict[str, Any]) -> str:
    if "after" in example:
        return f"{example['name']}: {_text(example['before'])} -> {_text(example['after'])}"
    return " ".join(str(part) for part in (example["name"], example.get("why") or example.get("error")) if part)


def _rule(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(trait)}" for name, trait in value.items())
    return _text(value)


def _sinks(path: str | None) -> Iterator[str]:
    if path is not None:
        yield path


def _exit_code(summary: "PlanSummary", *, detailed: bool) -> int:
    return summary.exit_code or (2 if detailed and summary.changes else 0)


def _show(summary: "PlanSummary", shown: "list[PlannedObject] | None") -> None:
    """The totals, below the first of the objects unless they are in a file."""
    if shown:
        rows = [row for planned in shown for row in _rows(planned)]
        out.print(table(("object", "action", "attribute", "before", "after", "reason"), rows))
    if shown is not None and (more := summary.changes + summary.counts.fail - len(shown)):
        out.print(f"... and {more} more objects: --json, --out or --html")
    _show_totals(summary)


def _rows(planned: "PlannedObject") -> Iterator[tuple[object, ...]]:
    """Below the name of somebody who would be created stands the virtual id that others' references name."""
    first: tuple[object, ...] = (planned.name, planned.action)
    account = f"({planned.target_id})" if planned.action == "create" else ""
    if planned.error_code:
        yield (*first, planned.error_code, "", planned.error, planned.reason)
        return
    if not planned.changes:
        yield (*first, "", "", "", planned.reason)
    for change in planned.changes:
        name = str(change["attribute"]).rpartition(":")[2]
        yield (*first, name, _text(change["before"]), _text(change["after"]), planned.reason)
        first = (account, "")
        account = ""


def _text(value: Any) -> str:
    return "-" if value is None else str(value)


def _show_totals(summary: "PlanSummary") -> None:
    counts = ", ".join(f"{count} {name}" for name, count in summary.counts.as_json().items() if count)
    ran = summary.cycle != "none"
    told = f"{summary.cycle} cycle would do: {counts or 'nothing'}" if ran else "no cycle would be run"
    out.print(f"[bold]{printable(summary.job)}[/]: {told}")
    for reason, count in summary.skipped.items():
        out.print(f"  skipped {count}: {reason}")
    if summary.verdict:
        out.print(f"[bold red]The deletion threshold would stop it[/]: {printable(summary.verdict)}")
    if summary.problem:
        out.print(f"[red]Could not be planned to its end[/]: {printable(summary.problem)}")


Who = Annotated[str, typer.Argument(metavar="USER", help="A user by userPrincipalName or object id, or a group.")]


def explain(
    job: JobFile,
    user: Who,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Show what would be done to one person and why, in the portal's steps, down to the bytes; nothing is written."""
    import asyncio

    from provisioner.wiring.planning import explained

    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    _tell(asyncio.run(explained(job, chosen, user)), json=json, done=False)


def on_demand(
    job: JobFile,
    user: Who,
    members: Annotated[
        list[str] | None,
        typer.Option(
            "--members",
            "--member",
            metavar="USER[,USER...]",
            help="Members of the group, as USER; at most five; may be repeated.",
        ),
    ] = None,
    json: Json = False,
    url: Url = None,
    token: Token = None,
    snapshot: SnapshotPath = None,
    state: StatePath = None,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Provision one person, or one group with at most five members, now; roles are left out, as in the portal."""
    import asyncio

    from provisioner.wiring.planning import done_on_demand

    chosen = options(url=url, token=token, snapshot=snapshot, state=state, now=now, seed=seed)
    named = tuple(name.strip() for several in members for name in several.split(",")) if members else None
    document = asyncio.run(done_on_demand(job, chosen, user, named, lambda by: note(f"waiting for {by} to finish")))
    _tell(document, json=json, done=True)


def _tell(document: dict[str, Any], *, json: bool, done: bool) -> None:
    if json:
        print_json(document)
    else:
        _show_steps(document, done=done)
    failed = not document["testConnection"]["ok"] or document["action"].get("error") is not None
    raise typer.Exit(3 if failed else 0)


def _show_steps(document: dict[str, Any], *, done: bool) -> None:
    test = document["testConnection"]
    out.print(f"[bold]1 Test connection[/]: {'passed' if test['ok'] else printable(test['reason'])}")
    found = document["import"]
    out.print(f"[bold]2 Import[/]: {found['type']} {printable(found['name'])} ({found['id']})")
    out.print(table(("attribute", "value"), found["attributes"].items()))
    scope = document["scope"]
    out.print(f"[bold]3 Scope[/]: {'in scope' if scope['inScope'] else 'not in scope'}")
    for name in ("activeInTheSourceSystem", "assignedToTheApplication", "scopingFilterPassed", "isSoftDeleted"):
        out.print(f"  {name}: {scope[name]}")
    for path in scope["assignments"]:
        out.print(f"  assigned through {printable(path['through'])} as {printable(path['role'])}", markup=False)
    if not scope["inputFilterPassed"]:
        out.print("  ignored, as if it did not exist: outside the input filter (E111)")
    for clause in (*scope["inputFilterClauses"], *scope["clauses"]):
        verdict = "holds" if clause["holds"] else "does not hold"
        told = f"{clause['filter']}: {clause['clause']}"
        out.print(f"  {printable(told)}: {verdict}, the value is {clause['value']!r}", markup=False)
    _show_match_and_action(document, done=done)


def _result(mapping: dict[str, Any]) -> str:
    """What a mapping gives; its default value, which flows on creation only, where the source gives nothing (E34)."""
    if mapping["error"] is not None:
        return f"fails: {mapping['error']}"
    default = f" (on creation {mapping['default']})" if mapping["result"] is None and mapping["default"] else ""
    return _text(mapping["result"]) + default


def _show_match_and_action(document: dict[str, Any], *, done: bool) -> None:
    match = document["match"]
    linked = f"linked to {match['linkedTo']}" if match["linkedTo"] else "no account is linked"
    out.print(f"[bold]4 Match[/]: {linked}")
    for request in document.get("requests", ()):
        out.print(f"  {printable(request['request'])}", markup=False)
        out.print(
            f"    {request['status'] or ''} {printable(request['response'], limit=ANSWER)}".rstrip(), markup=False
        )
    rows = [(m["target"], m["expression"] or "-", m["inputs"], _result(m)) for m in document["mappings"]]
    out.print(table(("target", "expression", "inputs", "result"), rows, title="Mappings"))
    action = document["action"]
    out.print(f"[bold]5 Action[/]: {action['action']} {action.get('skipReason') or ''}{' (done)' if done else ''}")
    absent = action.get("membersWithoutAccount", ())
    for member in absent[:SHOWN]:
        out.print(f"  {printable(member)} has no account in the target yet, and cannot be a member there", markup=False)
    if len(absent) > SHOWN:
        out.print(f"  ... nor have {len(absent) - SHOWN} more members: --json names them")
    for reference in action.get("referencesWithoutAccount", ()):
        out.print(f"  {reference['path']} refers to {reference['sourceId']}, who has no account yet", markup=False)
    for change in action.get("changes", ()):
        out.print(f"  {change['attribute']}: {_text(change['before'])} -> {_text(change['after'])}", markup=False)
    for write in action.get("writes", ()):
        body = printable(write["body"], limit=len(write["body"]))
        out.print(f"  {write['method']} {write['target']}\n  {body}", markup=False)
    if action.get("error"):
        error = action["error"]
        out.print(
            f"  [red]{error['errorCode']}[/]: {printable(error['reason'])} {printable(error['recommendedAction'])}"
        )
