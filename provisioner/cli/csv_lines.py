"""Tables for spreadsheets, in which no cell is a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Each row as text with its line end (RFC 4180), the columns' names first."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    for row in chain((columns,), rows):
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def harmless(cell: object) -> str:
    """A cell as text. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection).

    People choose their own display names, and who opens the log in a spreadsheet is an administrator.
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
