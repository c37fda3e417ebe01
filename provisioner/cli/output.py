"""How things are shown: messages, tables, progress. Only this module writes to the terminal."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

from provisioner.cli.annotations import annotate
from provisioner.model.errors import ExpressionInvalid, InputError, Place, ProvisionerError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Seen = TypeVar("Seen")

TOGETHER: Final = 256
"""Items of a long list that are written at once."""

UNBOUNDED: Final = 10_000
"""Characters of a line where no window bounds it: in a file or a pipe a row of a table stays one line."""


class Screen:
    """One of the two streams of a command. Rich is loaded when something is first shown, which ``--help`` never is."""

    def __init__(self, *, stderr: bool) -> None:
        self._stderr = stderr

    @cached_property
    def console(self) -> "Console":
        """Rich's console for the stream."""
        from rich.console import Console

        stream = sys.stderr if self._stderr else sys.stdout
        person = stream.isatty()
        width = None if person or "COLUMNS" in os.environ else UNBOUNDED
        # Without emoji: URNs and people's own texts hold :x: and :key:, which are no pictures.
        return Console(stderr=self._stderr, highlight=False, emoji=False, soft_wrap=not person, width=width)

    def step_aside(self) -> None:
        """Go to standard error from now on: standard output belongs to a document."""
        self._stderr = True

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks."""
        return self.console.is_terminal

    def print(self, *what: object, markup: bool | None = None) -> None:
        """Show texts, with or without rich's markup, or what rich can draw."""
        self.console.print(*what, markup=markup)


out = Screen(stderr=False)
err = Screen(stderr=True)


class Interrupted(Exception):
    """A command was stopped by Ctrl-C after leaving everything right."""


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    import orjson  # not for ``--help``, which is to be there at once

    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def line_of(document: Any) -> str:
    """A document as one line."""
    import orjson

    return orjson.dumps(document).decode() + "\n"


def print_line(document: Any) -> None:
    """A document as one line on standard output, seen at once by whoever reads along."""
    sys.stdout.write(line_of(document))
    sys.stdout.flush()


_IN_A_FOLDER: Final = "name a file in a folder that exists"


def print_lines(lines: Iterable[str]) -> None:
    """Lines for another program on standard output, each as soon as it is there."""
    sys.stdout.writelines(lines)


def print_value(text: str) -> None:
    """A bare value on standard output: made safe for a terminal, as it is for another program."""
    sys.stdout.write((printable(text, lines=True, limit=len(text)) if sys.stdout.isatty() else text) + "\n")


def note(text: str) -> None:
    """Something worth knowing that is no error, on standard error."""
    err.print(f"note: {printable(text)}", markup=False)


def write_json_stream(
    head: dict[str, Any], key: str, items: Iterable[bytes], paths: Sequence[str], *, stdout: bool
) -> None:
    """One JSON document of a head and a long list of encoded items, written one by one to files and standard output."""
    import orjson

    with contextlib.ExitStack() as opened:
        files = [opened.enter_context(writing(path)) for path in paths]

        def write(data: bytes) -> None:
            for file in files:
                file.write(data)
            if stdout:
                sys.stdout.buffer.write(data)

        write(orjson.dumps(head)[:-1] + b"," + orjson.dumps(key) + b":[")
        between = b"\n"
        source = iter(items)
        while some := list(islice(source, TOGETHER)):
            write(between + b",\n".join(some))
            between = b",\n"
        write(b"]}\n")
        if stdout:
            sys.stdout.flush()


@contextlib.contextmanager
def writing(path: str) -> Iterator[IO[bytes]]:
    """A file to write to, whatever was in it. Raises InputError when it cannot be written."""
    try:
        with Path(path).open("wb") as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"the file cannot be written: {error.strerror or error}"
        raise InputError(message, place=Place(path), hint=_IN_A_FOLDER) from error


def expect_folder(path: str) -> None:
    """Refuse a file that cannot be there before the work is done whose result it is to hold."""
    if Path(path).is_dir() or not Path(path).absolute().parent.is_dir():
        raise InputError("this cannot be a file", place=Place(path), hint=_IN_A_FOLDER)


def report_error(error: ProvisionerError, *, as_json: bool) -> None:
    """An error for people on standard error, and as a document on standard output when JSON was asked for."""
    findings = error.all() if isinstance(error, InputError) else (error,)
    if as_json:
        _print_errors(type(error).__name__, error.exit_code, findings)
    for finding in findings:
        _show_finding(finding)
        annotate("error", f"{finding.message}\n{finding.hint}".strip(), finding.place)


def report_misuse(error: Any, *, as_json: bool) -> None:
    """A wrong command line, as typer tells it, and as a document when JSON was asked for."""
    if as_json:
        told = InputError(error.format_message(), hint="--help says what the command takes")
        _print_errors("UsageError", InputError.exit_code, (told,))
    error.show()
    annotate("error", error.format_message())


def _print_errors(name: str, exit_code: int, errors: Sequence[ProvisionerError]) -> None:
    print_json({"error": name, "exitCode": exit_code, "errors": [_finding(error) for error in errors]})


def _show_finding(finding: ProvisionerError) -> None:
    from rich.markup import escape

    place = f"{finding.place}: " if str(finding.place) else ""
    err.print(f"[bold red]error:[/] {escape(printable(place))}{escape(printable(finding.message, lines=True))}")
    if isinstance(finding, ExpressionInvalid) and finding.expression:
        _print_caret(finding)
    if finding.hint:
        err.print(f"  [cyan]hint:[/] {escape(printable(finding.hint, lines=True))}")


def _print_caret(error: ExpressionInvalid) -> None:
    from provisioner.engine.expression import caret

    flat = "".join(" " if letter.isspace() else letter for letter in error.expression)
    offset = len(printable(flat[: error.offset], limit=10_000))  # what is escaped is longer than it was
    for line in caret(printable(flat, limit=10_000), offset).splitlines():
        err.print(f"    {line}", markup=False)


def _finding(error: ProvisionerError) -> dict[str, Any]:
    place = error.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "path": place.path,
        "message": error.message,
        "hint": error.hint,
        **({"expression": error.expression, "offset": error.offset} if isinstance(error, ExpressionInvalid) else {}),
    }


_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def printable(text: str, *, lines: bool = False, limit: int = 2048) -> str:
    """Text safe for a terminal: control and bidi characters escaped, cut at 2 KiB (F33)."""
    shown = "".join(
        letter
        if (letter.isprintable() and ord(letter) not in _BIDI) or (lines and letter == "\n")
        else letter.encode("unicode_escape").decode()
        for letter in text[:limit]
    )
    return shown + ("…" if len(text) > limit else "")


def escaped(text: str) -> str:
    """Text safe for a terminal that stands among rich's markup."""
    from rich.markup import escape

    return escape(printable(text))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> "Table":
    """A plain table of escaped cells."""
    from rich.markup import escape
    from rich.table import Column, Table

    folding = (Column(name, overflow="fold") for name in columns)  # a name is to be read whole, in a narrow window too
    made = Table(*folding, title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for row in rows:
        made.add_row(*(escape(printable(str(cell))) for cell in row))
    return made


def until_interrupted(look: Callable[[], Seen], show: Callable[[Seen], None]) -> Seen:
    """Look anew every second and show what has changed, until Ctrl-C; what was seen last."""
    seen = look()
    show(seen)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            threading.Event().wait(1.0)
            found = look()
            if found != seen:
                show(found)
            seen = found
    return seen
