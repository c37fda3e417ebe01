"""Whether a test exists and what its docstring says, read from its file and not imported."""

import ast
from functools import cache

from tests.command import PROJECT


@cache
def _documented(file: str) -> dict[str, str]:
    """Every test of a file under its name, ``TestClass::test_name`` in a class: its own docstring and its file's."""
    tree = ast.parse((PROJECT / file).read_text())
    about = ast.get_docstring(tree) or ""
    found: dict[str, str] = {}
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        found |= {
            prefix + test.name: f"{ast.get_docstring(test) or ''}\n{about}"
            for test in inner
            if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) and test.name.startswith("test_")
        }
    return found


def documentation(node: str) -> str:
    """What the test with this node id says it shows; empty when there is no such test."""
    file, _, name = node.partition("::")
    return _documented(file).get(name, "") if (PROJECT / file).is_file() else ""
