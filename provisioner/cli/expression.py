"""Expressions on their own: ``expression eval``, ``expression test`` and ``expression functions``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import Json, Now, Seed, SnapshotPath, options
from provisioner.cli.output import note, out, print_json, print_value, printable, report_error, table
from provisioner.cli.reports import Html, Junit, publish, reported

if TYPE_CHECKING:
    from rich.tree import Tree

    from provisioner.engine.expression import Traced
    from provisioner.runtime.evaluation import Evaluated


EXAMPLE = """provisioner expression eval 'Join(" ", [givenName], [surname])' --set givenName=Zoë --set surname=Ng"""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    family = typer.Typer(help="Evaluate and test mapping expressions, without Entra.", no_args_is_help=True)
    family.command("eval", epilog="Example: " + EXAMPLE)(evaluate)
    family.command("test", epilog="Example: provisioner expression test examples/expressions.toml")(test)
    family.command("functions", epilog="Example: provisioner expression functions Join Switch")(functions)
    app.add_typer(family, name="expression")


def evaluate(
    expression: Annotated[str, typer.Argument(metavar="EXPRESSION", help="The expression, in single quotes.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help='An attribute; as often as needed. The value is text, or JSON: null, true, false, [...] or "...".',
        ),
    ] = None,
    job: Annotated[
        str | None, typer.Option("--job", metavar="JOB", help="With --user: take the person from this job's snapshot.")
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar="WHO", help="The person: userPrincipalName or object id.")
    ] = None,
    snapshot: SnapshotPath = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show the value of every part; chance is drawn anew for each.")
    ] = False,
    json: Json = False,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Print what an expression gives: text, a line for each of several values, nothing for null.

    Exit codes: 0 there is a value or null, 2 the expression or an option is wrong, 3 the expression has no value on
    these attributes. With --json the document says so as well.
    """
    from provisioner.wiring.evaluating import evaluated

    person = _person(job, user)
    given = _assignments(set_ or ())
    found, remarks = evaluated(
        expression, given, options(now=now, seed=seed, snapshot=snapshot), person=person, with_trace=trace
    )
    _show(found, as_json=json)
    for remark in remarks:
        note(remark)
    if not given and person is None and "[" in found.parsed:
        note("no attribute is given, so each is null; give them with --set NAME=VALUE, or --job and --user")
    raise typer.Exit(0 if found.trouble is None else 3 if found.parsed else 2)


def _person(job: str | None, user: str | None) -> tuple[str, str] | None:
    if job is not None and user is not None:
        return job, user
    if job is not None or user is not None:
        raise typer.BadParameter("--job and --user go together")
    return None


def _assignments(texts: list[str] | tuple[()]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"--set {text}: write NAME=VALUE")
        if name in given:
            raise typer.BadParameter(f'--set {name} is given twice; several values are written {name}=["a", "b"]')
        given[name] = _value(name, value)
    return given


def _value(name: str, value: str) -> Any:
    import orjson

    if value[:1] not in ("[", '"') and value not in ("null", "true", "false"):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        quoted = orjson.dumps(value).decode()
        message = f"--set {name}: this is not JSON: {error.msg}; as text it is written {name}={quoted}"
        raise typer.BadParameter(message) from None


def _show(found: "Evaluated", *, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
    elif found.trace is not None:
        out.print(_tree(found.trace))
    elif isinstance(found.result, list):
        for item in found.result:
            print_value(_text(item))
    elif found.result is not None:
        print_value(found.result)
    if found.trouble is not None:
        report_error(found.trouble, as_json=False)


def _text(item: Any) -> str:
    """A text, or a role as the JSON it becomes."""
    import orjson

    return item if isinstance(item, str) else orjson.dumps(item).decode()


def _tree(traced: "Traced") -> "Tree":
    from rich.markup import escape
    from rich.tree import Tree

    from provisioner.runtime.evaluation import plain

    value = f"[red]error: {escape(printable(traced.error))}[/]" if traced.error else _shown(plain(traced.value))
    tree = Tree(f"{escape(printable(traced.text))}  [dim]=[/]  {value}")
    tree.children.extend(_tree(part) for part in traced.parts)
    return tree


def _shown(value: Any) -> str:
    from rich.markup import escape

    return "[dim]null[/]" if value is None else f"[green]{escape(printable(repr(value)))}[/]"


@reported("expression test")
def test(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Files of cases, .toml or .json.")],
    junit: Junit = None,
    html: Html = None,
    json: Json = False,
    seed: Seed = None,
) -> None:
    """Run files of cases: unit tests of mappings.

    A case has an expression, its attributes as "with", and either "expect" (a text, a list or null) or "error" (a part
    of what is told, in any case, or true). It may have a "name" and a time "now", which is 2026-01-01T00:00Z otherwise.
    Null, an empty text and an empty list are the same, as they are to a target. In TOML every case stands under
    [[case]]; a JSON file is a list.

    Exit codes: 0 all passed, 2 a file is wrong, 3 a case failed.
    """
    from provisioner.wiring.evaluating import run_cases
    from provisioner.wiring.reports import results_of_cases

    results = run_cases(files, options(seed=seed))
    failed = [result for result in results if not result["passed"]]
    publish("Expression tests", results_of_cases(results), junit=junit, html=html)
    if json:
        print_json({"passed": len(results) - len(failed), "failed": len(failed), "cases": results})
    else:
        if failed:
            rows = [(f["file"], f["name"], f["expected"], f["got"]) for f in failed]
            out.print(table(("file", "case", "expected", "got"), rows))
        out.print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(3 if failed else 0)


def functions(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Only these; case does not count.")] = None,
    json: Json = False,
) -> None:
    """List the functions of the language: how each is called and what it gives."""
    from provisioner.engine.expression import FUNCTIONS

    wanted = {name.lower() for name in names or FUNCTIONS}
    chosen = [function for name, function in FUNCTIONS.items() if name.lower() in wanted]
    if missing := wanted - {function.name.lower() for function in chosen}:
        raise typer.BadParameter(f"there is no function {min(missing)}; without a name all are listed")
    if json:
        print_json([{"name": f.name, "signature": f.signature, "help": f.help} for f in chosen])
    else:
        out.print(table(("function", "what it gives"), [(f.signature, f.help) for f in chosen]))
