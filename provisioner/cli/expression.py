"""Expressions on their own: ``expression eval``, ``expression test`` and ``expression functions``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioner.cli.options import Json, Now, Seed, options
from provisioner.cli.output import out, print_json, printable, table

if TYPE_CHECKING:
    from provisioner.engine.expression import Traced


EXAMPLE = """provisioner expression eval 'Join(" ", [givenName], [surname])' --set givenName=Zoë --set surname=Ng"""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    family = typer.Typer(help="Evaluate and test mapping expressions, without Entra.", no_args_is_help=True)
    family.command("eval", epilog="Example: " + EXAMPLE)(evaluate)
    family.command("test", epilog="Example: provisioner expression test examples/expressions.toml")(test)
    family.command("functions", epilog="Example: provisioner expression functions")(functions)
    app.add_typer(family, name="expression")


def evaluate(
    expression: Annotated[str, typer.Argument(help="The expression.", show_default=False)],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An attribute; the value may be JSON for lists and null."),
    ] = None,
    job: Annotated[str | None, typer.Option("--job", help="Take the person from this job's snapshot.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="The person: userPrincipalName or object id.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show the value of every part.")] = False,
    json: Json = False,
    now: Now = None,
    seed: Seed = None,
) -> None:
    """Print what an expression gives. Ends with 2 when it does not parse and 3 when it has no value here."""
    from provisioner.wiring import evaluated

    if (job is None) != (user is None):
        raise typer.BadParameter("--job and --user go together")
    given = dict(_assignment(text) for text in set_ or ())
    found, tree = evaluated(expression, given, options(now=now, seed=seed), person=(job, user), trace=trace)
    if json:
        print_json({**found.as_json(), **({"trace": _traced(tree)} if tree is not None else {})})
    elif tree is not None:
        _show(tree, 0)
    elif found.error:
        out.print(f"[red]no value[/]: {printable(found.error)}")
    elif isinstance(found.result, list):
        for item in found.result:
            out.print(str(item), markup=False)
    elif found.result is not None:
        out.print(printable(found.result), markup=False)
    raise typer.Exit(3 if found.error else 0)


def _assignment(text: str) -> tuple[str, Any]:
    import orjson

    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"--set {text}: write NAME=VALUE")
    if value[:1] in ("[", '"') or value in ("null", "true", "false"):
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise typer.BadParameter(f"--set {name}: this is not JSON: {error.msg}") from None
        return name, parsed
    return name, value


def _traced(tree: "Traced") -> dict[str, Any]:
    from provisioner.runtime.evaluation import plain

    parts = [_traced(part) for part in tree.parts]
    return {"text": tree.text, "value": plain(tree.value), "error": tree.error or None, "parts": parts}


def _show(tree: "Traced", depth: int) -> None:
    from provisioner.runtime.evaluation import plain

    value = f"error: {tree.error}" if tree.error else repr(plain(tree.value))
    out.print(f"{'  ' * depth}{printable(tree.text)}  =  {printable(value)}", markup=False)
    for part in tree.parts:
        _show(part, depth + 1)


def test(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files of cases, TOML or JSON.")],
    junit: Annotated[str | None, typer.Option("--junit", metavar="PATH", help="Write the results for CI.")] = None,
    json: Json = False,
    seed: Seed = None,
) -> None:
    """Run files of cases: unit tests of mappings. Ends with 3 when any fails."""
    from provisioner.wiring import run_cases

    results = run_cases(files, options(seed=seed), junit=junit)
    failed = [result for result in results if not result["passed"]]
    if json:
        print_json({"passed": len(results) - len(failed), "failed": len(failed), "cases": results})
    else:
        if failed:
            rows = [(f["file"], f["name"], f["expected"], f["got"]) for f in failed]
            out.print(table(("file", "case", "expected", "got"), rows))
        out.print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(3 if failed else 0)


def functions(json: Json = False) -> None:
    """List every function of the language."""
    from provisioner.engine.expression import FUNCTIONS

    if json:
        print_json([{"name": f.name, "signature": f.signature, "help": f.help} for f in FUNCTIONS.values()])
        return
    out.print(table(("function", "what it gives"), [(f.signature, f.help) for f in FUNCTIONS.values()]))
