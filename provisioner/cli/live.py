"""What is drawn anew while something goes on: a screen to watch, the table of a service, a progress bar."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from provisioner.cli.output import err, out, table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


class LiveScreen:
    """Something that stands on a terminal and is replaced by what is shown next; elsewhere one follows the other."""

    def __init__(self) -> None:
        from rich.live import Live

        self._live = Live(console=out.console, auto_refresh=False) if out.is_terminal else None

    def __enter__(self) -> "LiveScreen":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, what: "RenderableType") -> None:
        """Show this from now on."""
        if self._live is not None:
            self._live.update(what, refresh=True)
        else:
            out.print(what)


class LiveTable:
    """A table that is drawn anew twice a second while a service runs; nothing unless it is a terminal."""

    def __init__(self, rows: Callable[[], Sequence[Sequence[object]]], *, live: bool) -> None:
        from rich.live import Live

        self._rows = rows
        self._live = Live(get_renderable=self._draw, console=err.console, refresh_per_second=2) if live else None

    def _draw(self) -> "Table":
        return table(("job", "state", "last outcome", "next run"), self._rows())

    def __enter__(self) -> "LiveTable":
        if self._live is not None and err.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None and err.is_terminal:
            self._live.stop()


DRAWINGS: Final = 1000
"""How often the bar of one phase moves, however many objects there are."""


class LiveProgress:
    """A progress bar on standard error when it is a terminal; nothing otherwise. Implements ports.Progress."""

    def __init__(self) -> None:
        from rich import progress

        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[counts]}"),
            progress.TextColumn("{task.fields[rate]}"),
            progress.TimeElapsedColumn(),
            progress.TimeRemainingColumn(),
            console=err.console,
            transient=True,
        )
        self._task: Any = None
        self._every = 1
        self._since = 0
        self._counts: dict[str, int] = {}

    def __enter__(self) -> "LiveProgress":
        if err.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if err.is_terminal:
            self._bar.stop()

    def begin(self, what: str, total: int) -> None:
        """Start counting a phase."""
        self.end()
        self._counts = {}
        if total and err.is_terminal:
            self._task = self._bar.add_task(what, total=total, counts="", rate="")
            self._every = max(1, total // DRAWINGS)
            self._since = 0

    def step(self, what: str) -> None:
        """One object is done; ``what`` says how it ended."""
        if self._task is None:
            return
        self._counts[what] = self._counts.get(what, 0) + 1
        self._since += 1
        if self._since < self._every:
            return
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self._counts.items()))
        speed = self._bar.tasks[-1].finished_speed or self._bar.tasks[-1].speed
        self._bar.update(self._task, advance=self._since, counts=counts, rate=f"{speed:.0f}/s" if speed else "")
        self._since = 0

    def end(self) -> None:
        """The phase is over."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None
