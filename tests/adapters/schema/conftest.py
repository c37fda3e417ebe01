import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXPORTS = Path(__file__).parent / "exports"
DEFAULT = EXPORTS / "default-2026.json"
OLDER = EXPORTS / "widgets-2017.json"

Document = dict[str, Any]


def document(path: Path) -> Document:
    """A fresh copy of an export."""
    loaded: Document = copy.deepcopy(json.loads(path.read_text(encoding="utf-8")))
    return loaded


def user_mappings(schema: Document) -> list[Document]:
    """The attribute mappings of the default export's users."""
    mappings: list[Document] = schema["synchronizationRules"][0]["objectMappings"][1]["attributeMappings"]
    return mappings


Write = Callable[[Document], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a document and give its path."""

    def written(schema: Document) -> str:
        path = tmp_path / "export.json"
        path.write_text(json.dumps(schema), encoding="utf-8")
        return str(path)

    return written
