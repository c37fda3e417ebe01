"""No expression takes the process along (F25, F26): bounded time and memory, and no exception but ExpressionInvalid."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.expression import FUNCTIONS, Environment, as_text, check, compile_expression, parse, show, trace
from provisioner.model.directory import AppRole
from provisioner.model.errors import ExpressionInvalid
from tests.engine.expression.evaluation import NOW, value
from tests.engine.worlds import CountingIds

PERSON = {
    "mail": "a@x.com",
    "givenName": "Zoë",
    "surname": None,
    "displayName": "",
    "accountEnabled": True,
    "proxyAddresses": ("SMTP:a@x", "smtp:b"),
    "otherMails": (),
    "appRoleAssignments": (AppRole("1", "editor", "Editor"), AppRole("2", None, "")),
    "employeeHireDate": "2021-02-29",
    "extensionAttribute1": "132539615990000000",
    "extensionAttribute2": "x" * 5000,
    "extensionAttribute3": "\ud800\u202e\ufdfa\U0001f600\0",
    "extensionAttribute4": 12345678901234567890,
    "extensionAttribute5": "9" * 4000,
    "extensionAttribute6": "a" + "\u0301\u0323" * 30_000,
    "extensionAttribute7": "".join(chr(0x4E00 + number % 20_000) for number in range(60_000)),
}
CONSTANTS = [
    '""', '"a"', '"(a)(?<s>b)"', '"s"', '"${s}$1"', '"d"', '"yyyy-MM-dd"', '"zzz"', '"%"', '"((a+)+)+$"', '"tr-TR"',
    '"2021-01-31T10:00:00+08:00"', "0", "1", "-1", "1.5", "99999999999999999999", "&HFF", "True", "vbTextCompare", "",
]  # fmt: skip
LEAVES = st.sampled_from(CONSTANTS + [f"[{name}]" for name in PERSON])


def _calls(inner):
    """Any function with a number of arguments it takes, and comparisons where they may stand."""
    compared = st.builds("{} {} {}".format, inner, st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), inner)

    def call(function):
        most = function.most if function.most is not None else function.fewest + 3
        arguments = st.lists(inner | compared, min_size=function.fewest, max_size=most)
        return arguments.map(lambda written: f"{function.name}({', '.join(written)})")

    return st.sampled_from(list(FUNCTIONS.values())).flatmap(call)


@settings(deadline=None)  # what bounds an evaluation is counted, not timed
@given(st.recursive(LEAVES, _calls, max_leaves=20))
def test_any_call_gives_a_value_or_expression_invalid(text):
    """Whatever the values are, and with an offset inside the text when it is refused."""
    environment = Environment(PERSON, NOW, CountingIds())
    for attempt in (check, lambda text: as_text(compile_expression(text)(environment)), _traced):
        try:
            attempt(text)
        except ExpressionInvalid as error:
            assert 0 <= error.offset <= len(text)
            assert error.expression == text


def _traced(text):
    traced = trace(text, Environment(PERSON, NOW, CountingIds()))
    assert parse(traced.text) == parse(show(parse(text)))


GROWN = 'Replace("{}", "a", , , "{}", , )'.format("a" * 250, "a" * 250)
BOMBS = {
    "parentheses": "(" * 5000,
    "nesting": "Not(" * 1500 + "[mail]" + ")" * 1500,
    "attributes": "[mail]" * 4000,
    "an open string": '"' + "a" * 9_999,
    "a long expression": '"' + "a" * 10_000 + '"',
    "commas": "Join(" + "," * 4998 + ")",
    "deep but allowed": "Append(" * 60 + "[mail]" + ', "x")' * 60 + ")",
    "a random string without end": "RandomString(99999999999999999999999999, 1, 1, 1, 1)",
    "years": 'DateAdd("yyyy", 99999999, Now())',
    "days": 'DateAdd("d", 999999999999999999999999, Now())',
    "ticks": "DateFromNum(99999999999999999999999999999)",
    "a count": 'Left("abc", 99999999999999999999999999999)',
    "hexadecimal digits": "&H" + "f" * 5000,
    "digits": "9" * 5000,
    "replaced by as much as it is": f'Replace({GROWN}, "a", , , {GROWN}, , )',
    "a template of places": f'Replace({GROWN}, "a", , , , , {GROWN})',
    "a pattern replaced by much": f'Replace([extensionAttribute5], , "9", , {GROWN}, , )',
    "a group replaced by much": f'Replace([extensionAttribute5], , "(?<n>9)", "n", {GROWN}, , )',
    "a match repeated": 'Replace([extensionAttribute5], , "(9+)", , "{}", , )'.format("$1" * 4000),
    "repetitions": 'Replace([mail], , "((a{1000}){1000}){1000}", , "", , )',
    "one attribute many times": "Join(" + ", ".join(["[extensionAttribute2]"] * 400) + ")",
    "list upon list": 'Join("", ' + ", ".join(['Split([extensionAttribute5], "9")'] * 300) + ")",
    "a separator between many": 'Join({}, Split({}, "b"))'.format(
        GROWN, 'Replace("{}", "a", , , "{}", , )'.format("a" * 180, "cb" * 180)
    ),
    "marks in disorder": "NormalizeDiacritics([extensionAttribute6])",
    "delimiters upon delimiters": "Word([extensionAttribute7], 2, [extensionAttribute7])",
    "separators upon separators": "PCase([extensionAttribute7], [extensionAttribute7])",
    "slow patterns": 'Join("", ' + ", ".join(['Replace([mail], , "(x|y)z", , "", , )'] * 200) + ")",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs_do_no_harm(bomb):
    """A bounded error or a bounded value, made in 16 MB."""
    tracemalloc.start()
    try:
        assert len(as_text(value(bomb, **PERSON))) <= 64 * 1024
    except ExpressionInvalid as error:
        assert error.message
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 16 * 2**20


@pytest.mark.parametrize(
    ("bomb", "part"),
    [
        ("a long expression", "10000 characters"),
        ("nesting", "deeper than 64"),
        ("commas", "5000 tokens"),
        ("replaced by as much as it is", "more than 65536 characters"),
        ("a pattern replaced by much", "at most 65536 characters"),
        ("repetitions", "repetitions"),
        ("one attribute many times", "too much work"),
        ("slow patterns", "too much work"),
        ("a separator between many", "more than 65536 characters"),
    ],
)
def test_the_limit_that_was_met_is_named(bomb, part):
    """So that one knows what to write smaller."""
    with pytest.raises(ExpressionInvalid, match=part):
        value(BOMBS[bomb], **PERSON)


def test_doubling_ends_at_the_longest_result():
    """Thirty doublings would be a gigabyte; the error stands at the function that went too far."""
    expression = "[mail]"
    for _ in range(30):
        expression = f'Replace({expression}, "a", , , "aa", , )'
    with pytest.raises(ExpressionInvalid, match="65536") as caught:
        value(expression, mail="a" * 100)
    assert expression.startswith("Replace(", caught.value.offset)


def test_every_evaluation_has_its_own_fuel():
    """What one object used up is not missing at the next, nor at the next mapping of the same object."""
    compiled = compile_expression('Join("", [mail], ToUpper([mail]))')
    environment = Environment({"mail": "a" * 30_000}, NOW, CountingIds())
    assert {len(compiled(environment)) for _ in range(50)} == {60_000}


def test_a_trace_has_the_fuel_of_an_evaluation_for_every_node():
    """A tree that can be evaluated can be traced."""
    expression = 'Join("", ' + ", ".join(["Left([mail], 100)"] * 20) + ")"
    traced = trace(expression, Environment({"mail": "a" * 30_000}, NOW, CountingIds()))
    assert (traced.error, len(traced.value)) == ("", 2000)
