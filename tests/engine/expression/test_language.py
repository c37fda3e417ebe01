"""The language itself: reading, showing, checking, limits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.expression import (
    FUNCTIONS,
    Environment,
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
    st.builds(Number, st.integers(-(10**30) + 1, 10**30 - 1)),
    st.builds(Number, st.decimals("-1e9", "1e9", places=5).map(float)),
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


@settings(deadline=None)
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
        ('IIF([mail] = "a" && [mail] = "b", 1, 2)', 17, "begins nothing"),
        ("CBool(1.0000000000000001 = 1)", 6, "15"),
        ("Replace([mail], , , , , [displayName], )", 0, "needs a regexPattern"),
        ('Replace([mail], , , , "x", , )', 0, "needs an oldValue"),
        ('FormatDateTime([mail], "Loose", "yyyy", "yyyy")', 0, "no DateTimeStyles"),
        ('FormatDateTime([mail], , "ffffffff", "yyyy")', 0, "too wide"),
        ("IIF([mail] =, 1, 2)", 11, "nothing stands after"),
        ("IIF(= 1, 1, 2)", 4, "nothing stands before"),
        ("([mail], 1)", 7, "plain parentheses"),
        ("Not(())", 4, "nothing in these"),
        ("&HXY", 0, "hexadecimal"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, offset, part):
    """An unknown function, attribute or argument is refused before any object is met."""
    with pytest.raises(ExpressionInvalid) as caught:
        check(text)
    assert part in caught.value.message
    assert caught.value.offset == offset


def test_an_analysis_names_what_the_expression_reads():
    """Attributes and functions, each once, and what is legal but probably not meant."""
    found = check('SelectUniqueValue(Join(".", [givenName], [surname]), [givenName])')
    assert found.attributes == {"givenName", "surname"}
    assert found.functions == {"SelectUniqueValue", "Join"}
    assert len(found.warnings) == 1
    assert check("[mail]").warnings == ()


def test_groups_have_attributes_of_their_own():
    """A group's mapping may name what users do not have, and the other way round."""
    assert check("[securityEnabled]", group=True).attributes == {"securityEnabled"}
    for text, group in (("[securityEnabled]", False), ("[givenName]", True)):
        with pytest.raises(ExpressionInvalid, match="no attribute"):
            check(text, group=group)


def test_an_expression_that_does_not_compile_says_where():
    """Compiling checks what it needs: names of functions, and patterns that are constants."""
    for text, offset in (("Append([mail], Nott([mail]))", 15), ('Not(Replace([mail], , "(", , "", , ))', 4)):
        with pytest.raises(ExpressionInvalid) as caught:
            compile_expression(text)
        assert (caught.value.expression, caught.value.offset) == (text, offset)


@pytest.mark.parametrize(
    "text",
    ["mail", "[mail] = [mail]", "Append(, [mail])", "Join(, [mail])", 'DateAdd("d", , Now())', 'Switch([a], , , "b")'],
)
def test_what_a_job_refuses_cannot_be_tried_either(text):
    """A test of a mapping that passes would say nothing if the job with that mapping were refused."""
    with pytest.raises(ExpressionInvalid) as job:
        check(text)
    with pytest.raises(ExpressionInvalid) as tried:
        compile_expression(text)
    assert (tried.value.message, tried.value.offset) == (job.value.message, job.value.offset)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Join("-", , "a", , "b")', "a-b"),
        ('Coalesce(, "a")', "a"),
        ('Switch("x", "d", "x", )', None),
        ('IIF("x" = "x", , "d")', None),
    ],
)
def test_what_may_be_chosen_may_be_nothing(text, expected):
    """Empty slots where a text is one of several, or what a choice comes to (E80)."""
    assert check(text)
    assert value(text) == expected


def test_the_nearest_name_is_offered():
    """A misspelt function or attribute comes with what was probably meant."""
    with pytest.raises(ExpressionInvalid) as caught:
        check("tolower([mail])")
    assert "ToLower" in caught.value.hint
    with pytest.raises(ExpressionInvalid) as caught:
        check("[givenname]")
    assert "[givenName]" in caught.value.hint
    with pytest.raises(ExpressionInvalid) as caught:
        check('IIF([mail] = "a" || [mail] = "b", 1, 2)')
    assert "no AND or OR" in caught.value.hint
    assert caret("Not([x])", 4) == "Not([x])\n    ^"


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


def test_select_unique_value_is_refused_deeper_down():
    """E112: also where an expression is only tried, no value is shown that no job would send."""
    with pytest.raises(ExpressionInvalid, match="top only"):
        compile_expression('ToLower(SelectUniqueValue("A", "B"))')


@pytest.mark.parametrize(
    ("condition", "expected"),
    [('[a] = "7"', False), ("[a] = 7", True), ('[a] <> "7"', True), ('[a] = "007"', True), ("[a] > 6", True)],
)
def test_texts_are_equal_as_texts_and_numbers_as_numbers(condition, expected):
    """An employee number 007 is not 7, unless the expression asks for the number."""
    found = compile_expression(f"CBool({condition})")(Environment({"a": "007"}, NOW, CountingIds()))
    assert found is expected
