"""What was expected of a story beside what came, part by part."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, zip_longest
from typing import Any, Final

from provisioner.engine.http_text import laid_out
from provisioner.engine.naming import name_of
from provisioner.engine.transcript import HEADING
from provisioner.model.scenario import RECORDS, REQUESTS, TARGET, Difference

CONTEXT: Final = 2
"""Lines that are shown around what differs."""

COLUMN: Final = 76
"""Characters of each of the two columns."""

LONGEST: Final = 100
"""Lines of one difference that are shown."""


def compare(expected: Mapping[str, str], came: Mapping[str, str]) -> tuple[Difference, ...]:
    """Every part that differs, file by file. ``expected`` and ``came`` are whole files by name."""
    return tuple(
        difference for file in (REQUESTS, RECORDS) for difference in _compare_text(file, expected[file], came[file])
    )


def compare_accounts(
    expected: Mapping[str, Any], came: Mapping[str, Any], *, whole: bool = True
) -> Iterator[Difference]:
    """Every account that differs, by kind and name.

    :param whole: whether an account must hold nothing else than what is expected of it. A real endpoint adds values of
        its own, and accounts nobody here made.
    """
    wanted, found = _by_name(expected), _by_name(came)
    for name in (*wanted, *(name for name in found if name not in wanted)):
        want, have = wanted.get(name), found.get(name)
        same = want == have if whole or want is None or have is None else holds(have, want)
        if not same and (whole or want is not None):
            yield Difference(TARGET, name, _account(want), _account(have))


def holds(have: Any, want: Any) -> bool:
    """Whether a value has everything that is wanted; an element of a list may stand anywhere in it."""
    if isinstance(want, Mapping) and isinstance(have, Mapping):
        return all(name in have and holds(have[name], value) for name, value in want.items())
    if isinstance(want, list) and isinstance(have, list):
        return all(any(holds(each, wanted) for each in have) for wanted in want)
    return bool(have == want)


def _by_name(accounts: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{kind} {name_of(account)}": account for kind, listed in accounts.items() for account in listed}


def _account(account: Any) -> str:
    return laid_out(account) + "\n" if account is not None else ""


def _compare_text(file: str, expected: str, came: str) -> Iterator[Difference]:
    wanted, found = _parts(expected), _parts(came)
    lines = list(accumulate((part.count("\n") + 1 for part in wanted), initial=1))
    for tag, begin, end, start, stop in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for number, (want, have) in enumerate(zip_longest(wanted[begin:end], found[start:stop], fillvalue=""), begin):
            line = lines[min(number, len(wanted) - 1)] + _alike(want, have)
            yield Difference(file, _heading(want or have), want, have, line)


def _alike(want: str, have: str) -> int:
    """How many lines two parts have in common before they differ."""
    pairs = zip_longest(want.splitlines(), have.splitlines())
    return next((number for number, (left, right) in enumerate(pairs) if left != right), 0) if want else 0


def _parts(text: str) -> list[str]:
    """A text in its parts, each with its heading; the first is what stands before any heading."""
    first, *others = text.split(f"\n{HEADING}")
    return [first, *(HEADING + part for part in others)]


def _heading(part: str) -> str:
    line = part.partition("\n")[0]
    return line.removeprefix(HEADING) if line.startswith(HEADING) else "at the top"


def side_by_side(difference: Difference, column: int = COLUMN) -> str:
    """What was expected on the left, what came on the right, and only the lines about what differs.

    Between them stands ``|`` where both say something else, ``<`` what did not come, ``>`` what was not expected; above
    them, after ``@``, what they belong to.
    """
    wanted, found = difference.expected.splitlines(), difference.came.splitlines()
    lines = [f"{'expected':<{column}}   came", f"{'-' * column}   {'-' * column}"]
    for group in SequenceMatcher(None, wanted, found, autojunk=False).get_grouped_opcodes(CONTEXT):
        lines += [f"@ {about}" for about in _about(wanted, group[0][1])]
        for tag, begin, end, start, stop in group:
            lines += _rows(wanted[begin:end], found[start:stop], column, same=tag == "equal")
    cut = [f"... and {len(lines) - LONGEST} lines more"] if len(lines) > LONGEST else []
    return "\n".join([line.rstrip() for line in lines[:LONGEST]] + cut)


def _about(lines: Sequence[str], number: int) -> Iterator[str]:
    """The nearest line above that begins a paragraph of its own: a request, or an entry of the log."""
    for above in range(min(number, len(lines)) - 1, 0, -1):
        if lines[above][:1].isalpha() and not lines[above - 1]:
            yield lines[above]
            return


def _rows(wanted: Sequence[str], found: Sequence[str], column: int, *, same: bool) -> Iterator[str]:
    for want, have in zip_longest(wanted, found):
        mark = " " if same else "<" if have is None else ">" if want is None else "|"
        for left, right in zip_longest(_folded(want or "", column), _folded(have or "", column), fillvalue=""):
            yield f"{left:<{column}} {mark} {right}"


def _folded(line: str, column: int) -> list[str]:
    return [line[start : start + column] for start in range(0, max(len(line), 1), column)]
