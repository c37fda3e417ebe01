"""The table of figures."""

import os
from collections.abc import Iterable, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Row

COLUMNS = ("what", "ours", "yardstick", "ratio", "aim", "noise")


def show(title: str, rows: Iterable[Row], console: Console) -> None:
    """Print figures as median and spread."""
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


def machine() -> str:
    """What ran it, as far as it matters to ratios."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"


def _cells(row: Row) -> Sequence[str]:
    return (
        row.what,
        f"{spread(row.ours)} {row.unit}",
        f"{spread(row.yardstick)} ({row.against})" if row.yardstick else "",
        spread(row.ratios),
        row.aim,
        f"{row.noise:.0%}" if row.noise is not None else "",
    )


def spread(figures: Sequence[float]) -> str:
    """Median, and lowest to highest."""
    if not figures:
        return ""
    shown = median(figures)
    return f"{_digits(shown)} ({_digits(min(figures))} to {_digits(max(figures))})"


def _digits(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
