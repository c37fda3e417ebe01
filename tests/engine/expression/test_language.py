"""The language itself: reading, showing, checking, limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.expression import (
    FUNCTIONS,
    Environment,
    as_text,
    caret,
    check,
    compile_expression,
    parse,
    show,
    trace,
)
from provisioner.engine.expression.nodes import Attribute, Call, Comparison, Empty, Number, Text, Word
from provisioner.model.errors import ExpressionInvalid
from tests.engine.expression.evaluation import NOW, value
from tests.engine.worlds import CountingIds

NAMES = st.sampled_from(["mail", "givenName", "extensionAttribute1", "extension_0abc_cost"])
LEAVES = st.one_of(
    st.builds(Text, st.text(max_size=12)),
    st.builds(Number, st.integers(-(10**9), 10**9)),
    st.builds(Word, st.sampled_from(["True", "vbTextCompare"])),
    st.builds(Attribute, NAMES),
)
CALLS = st.sampled_from([name for name, function in FUNCTIONS.items() if function.parameters])


def _call(name, arguments):
    """A call whose last argument is not empty: an empty last slot is one slot more in the text."""
    return Call(name, tuple(arguments))


NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_call, CALLS, st.lists(st.one_of(inner, st.builds(Empty)), min_size=2, max_size=5)),
        st.builds(Comparison, st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), inner, inner),
    ),
    max_leaves=12,
)


@given(NODES)
def test_what_is_shown_parses_to_the_same(node):
    """Round trip: parse(show(node)) is node."""
    assert parse(show(node)) == node


@given(st.one_of(st.text(max_size=60), st.builds(show, NODES), st.text(alphabet='[]()",\\ &Habc1=<>', max_size=40)))
def test_any_text_gives_a_value_or_expression_invalid(text):
    """F26: with an offset inside the text, and never another exception."""
    environment = Environment({"mail": "a@x", "givenName": "Zoë", "extensionAttribute1": None}, NOW, CountingIds())
    try:
        compile_expression(text)(environment)
        check(text)
    except ExpressionInvalid as error:
        assert 0 <= error.offset <= len(text)
        assert error.message


@pytest.mark.parametrize(
    ("text", "offset", "part"),
    [
        ("", 0, "empty"),
        ('Join(" ", [givenName]', 0, "not closed"),
        ('Append([mail], "x', 15, "not closed"),
        ("[mail", 0, "not closed"),
        ("[]", 0, "attribute's name"),
        ("Nott([mail])", 0, "no function 'Nott'"),
        ("not([mail])", 0, "no function 'not'"),
        ('Append([mail] "x")', 14, "missing"),
        ("Append([mail])", 0, "2 arguments"),
        ("Not([mail], [mail])", 0, "1 argument"),
        ("Append([mial], [mail])", 7, "no attribute 'mial'"),
        ("mail", 0, "stands alone"),
        ("[mail] = [mail]", 0, "cannot stand alone"),
        ("[mail])", 6, "outside"),
        ("IIF([mail] = [mail] = [mail], 1, 2)", 20, "chained"),
        ('Switch([mail], "a", "b", "c", "d")', 0, "pairs"),
        ('Replace([mail], , "(", , "", , )', 0, "not a pattern"),
        ('Replace([mail], , "(?<a>x)", "b", "", , )', 0, "no group 'b'"),
        ('DateAdd("w", 1, Now())', 0, "no interval"),
        ("Append(SelectUniqueValue([mail], [mail]), [mail])", 7, "top only"),
        ('FormatDateTime([mail], , "yyyy\'", "yyyy")', 0, "not closed"),
        ("Append(, [mail])", 7, "needs its source"),
        ("“mail”", 0, "begins nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, offset, part):
    """An unknown function, attribute or argument is refused before any object is met."""
    with pytest.raises(ExpressionInvalid) as caught:
        check(text)
    assert part in caught.value.message
    assert caught.value.offset == offset


def test_the_nearest_name_is_offered():
    """A misspelt function or attribute comes with what was probably meant."""
    with pytest.raises(ExpressionInvalid) as caught:
        check("tolower([mail])")
    assert "ToLower" in caught.value.hint
    with pytest.raises(ExpressionInvalid) as caught:
        check("[givenname]")
    assert "[givenName]" in caught.value.hint
    assert caret("Not([x])", 4) == "Not([x])\n    ^"


BOMBS = [
    "(" * 5000,
    "Not(" * 4000 + "[mail]" + ")" * 4000,
    "[mail]" * 4000,
    '"' + "a" * 10_000,
    "Append(" * 60 + "[mail]" + ', "x")' * 60 + ")",
    "RandomString(99999999999999999999999999, 1, 1, 1, 1)",
    'DateAdd("yyyy", 99999999, Now())',
    'DateAdd("d", 999999999999999999999999, Now())',
    "DateFromNum(99999999999999999999999999999)",
    'Left("abc", 99999999999999999999999999999)',
    "&H" + "f" * 5000,
    "9" * 5000,
]


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_bombs_do_no_harm(bomb):
    """F26: a bounded error or a bounded value."""
    try:
        result = value(bomb, mail="a")
    except ExpressionInvalid:
        return
    assert len(as_text(result)) <= 64 * 1024


def test_doubling_ends_at_the_longest_result():
    """Thirty doublings would be a gigabyte; the error stands at the function that went too far."""
    expression = "[mail]"
    for _ in range(30):
        expression = f'Replace({expression}, "a", , , "aa", , )'
    with pytest.raises(ExpressionInvalid, match="65536"):
        value(expression, mail="a" * 100)
    with pytest.raises(ExpressionInvalid):
        value("Join(" + ", ".join(["[mail]"] * 600) + ")", mail="\ufdfa" * 1000)


EVIL = [r"(a+)+$", r"(a|a)+$", r"(a|aa)+$", r"(.*a){20}$", r"([a-z]+)*$", r"(a*)*$", r"(?:a+)+b", r"(\w+\s?)*$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y"]  # fmt: skip


@pytest.mark.parametrize("pattern", EVIL)
def test_evil_patterns_are_cut_off(pattern):
    """F25: an error of that mapping on that object, soon."""
    escaped = pattern.replace("\\", "\\\\")
    try:
        value(f'Replace([mail], , "{escaped}", , "", , )', mail="a" * 4000 + "!")
    except ExpressionInvalid as error:
        assert "too long" in error.message


@pytest.mark.parametrize(
    ("expression", "attributes", "expected"),
    [
        ("[mail]", {}, None),
        ('Append([mail], ".x")', {}, None),
        ('Join(", ", [surname], [givenName])', {"surname": None, "givenName": "Zoë"}, "Zoë"),
        ('Join(";", [proxyAddresses])', {"proxyAddresses": ("a", "b")}, "a;b"),
        ("Not([IsSoftDeleted])", {"IsSoftDeleted": False}, True),
        ("Not([IsSoftDeleted])", {"IsSoftDeleted": True}, False),
        ("Not([IsSoftDeleted])", {}, True),
        ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": True}, "False"),
        ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": False}, "True"),
        ('Switch([state], , "NSW", "x")', {"state": "nsw"}, None),
        ("Left([mail], 0)", {"mail": "abc"}, ""),
        ("Left([mail], -1)", {"mail": "abc"}, "abc"),
        ("Left([mail], 3)", {}, ""),
        ("Left([mail], 9)", {"mail": "abc"}, "abc"),
        ("Mid([mail], 2, 9)", {"mail": "abc"}, "bc"),
        ("Mid([mail], 9, 1)", {"mail": "abc"}, ""),
        ('Word([mail], 0, " ")', {"mail": "a b"}, ""),
        ('Word([mail], 3, " ")', {"mail": "a b"}, ""),
        ('Word([mail], 1, " ")', {}, ""),
        ('InStr([mail], "Q", 1, vbTextCompare)', {"mail": "a q"}, 3),
        ('InStr([mail], "Q")', {"mail": "a q"}, 0),
        ("Count([proxyAddresses])", {"proxyAddresses": ("a", "b")}, 2),
        ("Count([proxyAddresses])", {}, 0),
        ("Item([proxyAddresses], 9)", {"proxyAddresses": ("a",)}, None),
        ('Coalesce([mail], "", [displayName])', {"displayName": "x"}, ""),
        ("Coalesce([mail], [displayName])", {}, None),
        ("IsNothing([mail])", {}, True),
        ("IsString([mail])", {"mail": "a"}, True),
        ('Prepend([mail], "x-")', {"mail": "a"}, "x-a"),
        ("Trim([mail])", {"mail": "  a b "}, "a b"),
        ("ToUpper([mail])", {"mail": "straße"}, "STRAßE"),
        ('ToLower([mail], "tr-TR")', {"mail": "IİX"}, "ıix"),
        ("NormalizeDiacritics([mail])", {"mail": "Łukasz Ørsted Straße Æsir"}, "Lukasz OErsted Strasse AEsir"),
        ("CStr([accountEnabled])", {"accountEnabled": True}, "True"),
        ("CBool([mail])", {"mail": "0"}, False),
        ("CBool(1 = 1.0)", {}, True),
        ("CBool(10 > 9)", {}, True),
        ('CBool("10" > "9")', {}, True),
        ('CBool("b" > "a")', {}, True),
        ("IIF([accountEnabled] = true, 1, 2)", {"accountEnabled": True}, 1),
        ('Replace([mail], , "a", , "$0$&${x}$$", , )', {"mail": "a"}, "aa${x}$"),
        ('FormatDateTime("2020-02-29T10:00:00Z", , "o", "R")', {}, None),
    ],
)
def test_functions_on_the_edges(expression, attributes, expected):
    """Null, empty, beyond the end, another case."""
    if expected is None and "FormatDateTime" in expression:
        with pytest.raises(ExpressionInvalid):
            value(expression, **attributes)
        return
    assert value(expression, **attributes) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("yyyy-MM-ddTHH:mm:ss.fffffffK", "2021-08-05T07:04:09.1230000Z"),
        ("d.M.yy H:m:s", "5.8.21 7:4:9"),
        ("dddd, dd MMMM yyyy hh tt", "Thursday, 05 August 2021 07 AM"),
        ("ddd MMM %y %t", "Thu Aug 21 A"),
        ("'it''s' yyyy \\y zzz", "its 2021 y +00:00"),
        ("ss.FFF|z|zz", "09.123|+0|+00"),
        ("R", "Thu, 05 Aug 2021 07:04:09 GMT"),
        ("s", "2021-08-05T07:04:09"),
    ],
)
def test_dotnet_date_formats(form, expected):
    """Written and, where nothing is lost, read back."""
    assert (
        value(
            f'FormatDateTime("2021-08-05T07:04:09.123Z", , "yyyy-MM-ddTHH:mm:ss.fffK", "{form}")'.replace(
                "\\y", "\\\\y"
            )
        )
        == expected
    )


def test_a_month_later_on_a_short_month_is_its_last_day():
    """As .NET's AddMonths."""
    assert as_text(value('DateAdd("m", 1, CDate("2021-01-31"))')) == "2/28/2021 12:00:00 AM"
    assert as_text(value('DateAdd("yyyy", 1, CDate("2020-02-29"))')) == "2/28/2021 12:00:00 AM"


def test_a_trace_shows_every_node_with_its_value():
    """For --trace: the tree, outer first, each with its own value or error."""
    traced = trace(
        'Join(" ", ToUpper([givenName]), [surname])',
        Environment({"givenName": "zoë", "surname": "Ng"}, NOW, CountingIds()),
    )
    assert (traced.value, [part.value for part in traced.parts]) == ("ZOË Ng", [" ", "ZOË", "Ng"])
    assert traced.parts[1].parts[0].text == "[givenName]"


def test_every_function_of_the_documented_list_is_here():
    """E80, E112."""
    listed = [
        "Append",
        "AppRoleAssignmentsComplex",
        "AssertiveAppRoleAssignmentsComplex",
        "BitAnd",
        "CBool",
        "CDate",
        "Coalesce",
        "ConvertToBase64",
        "ConvertToUTF8Hex",
        "Count",
        "CStr",
        "DateAdd",
        "DateDiff",
        "DateFromNum",
        "DefaultDomain",
        "FormatDateTime",
        "Guid",
        "IgnoreFlowIfNullOrEmpty",
        "IIF",
        "InStr",
        "IsNull",
        "IsNullOrEmpty",
        "IsPresent",
        "IsString",
        "Item",
        "Join",
        "Left",
        "Mid",
        "NormalizeDiacritics",
        "Not",
        "Now",
        "NumFromDate",
        "PCase",
        "RandomString",
        "Redact",
        "RemoveDuplicates",
        "Replace",
        "SelectUniqueValue",
        "SingleAppRoleAssignment",
        "Split",
        "StripSpaces",
        "Switch",
        "ToLower",
        "ToUpper",
        "Word",
        "IsNothing",
        "Prepend",
        "Trim",
        "AppRoleAssignments",
    ]
    assert set(listed) == set(FUNCTIONS)
    assert all(function.help for function in FUNCTIONS.values())
