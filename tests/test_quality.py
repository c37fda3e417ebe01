"""The project's own standards: lint, format, strict types, import contracts, and what its files may hold."""

import ast
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.command import PROJECT

BIN = Path(sys.executable).parent
ALLOWED = {
    "alembic",
    "apscheduler",
    "filelock",
    "httpcore",
    "httptools",
    "httpx",
    "orjson",
    "pydantic",
    "regex",
    "rich",
    "sniffio",
    "sqlalchemy",
    "starlette",
    "structlog",
    "tenacity",
    "tree-sitter",
    "tree-sitter-toml",
    "typer",
    "uvicorn",
}


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",)],
    ids=lambda command: " ".join(command),
)
def test_the_checkers_are_content(command):
    """Lint, format, strict types and the layers are part of the tests."""
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dependencies_are_few_and_known():
    """F39: a new dependency is a decision, made here."""
    import tomllib

    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {entry.split(">")[0].split("=")[0].split("<")[0].split("[")[0].strip() for entry in declared}
    assert names == ALLOWED


def test_the_lock_names_the_extras_that_packages_ask_for():
    """Without the extra in the lock, pip takes a newer release for it, finds no hash, and the install fails."""
    locked = [line.split(" ")[0] for line in (PROJECT / "requirements.lock").read_text().splitlines() if "==" in line]
    asked = {
        (canonicalize_name(need.name), extra)
        for pin in locked
        for need in _needs(Requirement(pin).name)
        for extra in need.extras
    }
    held = {(canonicalize_name(need.name), extra) for need in map(Requirement, locked) for extra in need.extras}
    assert asked <= held


def _needs(name: str) -> list[Requirement]:
    try:
        needs = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:  # locked for another platform
        return []
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def test_every_test_says_its_promise():
    """A test's docstring says what is promised."""
    silent = []
    for file in sorted((PROJECT / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        silent += [f"{file.name}:{f.lineno} {f.name}" for f in functions if _is_silent(f)]
    assert not silent


def _is_silent(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name.startswith("test_") and ast.get_docstring(function) is None


def test_nothing_begins_a_transaction_that_may_turn_out_busy():
    """F05: a deferred read that then writes fails at once whatever the timeout; only BEGIN IMMEDIATE is used."""
    for file in sorted((PROJECT / "provisioner").rglob("*.py")):
        for constant in (n.value for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Constant)):
            if isinstance(constant, str) and constant.strip().startswith("BEGIN"):
                assert constant.strip() == "BEGIN IMMEDIATE", file
