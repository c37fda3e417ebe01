"""Function by function: null, empty, beyond the end, another case. The worked examples stand in their own file."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from provisioner.engine.expression import FUNCTIONS, IGNORE, Candidates, as_text, parse
from provisioner.engine.expression.nodes import Call, walk
from provisioner.model.directory import AppRole
from provisioner.model.errors import ExpressionInvalid
from provisioner.model.roles import RoleList, RoleName
from provisioner.model.secret import Redacted
from tests.engine.expression.evaluation import value

EDITOR, VIEWER = AppRole("1", "editor", "Editor"), AppRole("2", None, "Viewer")
ROLES = {"appRoleAssignments": (EDITOR, VIEWER)}
NOON = datetime(2021, 1, 31, 12, tzinfo=UTC)

CASES = [
    ('Append([mail], ".x")', {}, None),
    ('Append([mail], ".x")', {"mail": ""}, ".x"),
    ("Append([mail], [displayName])", {"mail": "a"}, "a"),
    ("AppRoleAssignments([appRoleAssignments])", ROLES, ("editor", "Viewer")),
    ("AppRoleAssignments([appRoleAssignments])", {}, None),
    ("AppRoleAssignmentsComplex([appRoleAssignments])", ROLES, RoleList("complex", (EDITOR, VIEWER))),
    ("AppRoleAssignmentsComplex([appRoleAssignments])", {}, None),
    ("AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", ROLES, RoleList("assertive", (EDITOR, VIEWER))),
    ("AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", {}, None),
    ("SingleAppRoleAssignment([appRoleAssignments])", ROLES, RoleName("editor")),
    ("SingleAppRoleAssignment([appRoleAssignments])", {"appRoleAssignments": (VIEWER,)}, RoleName("Viewer")),
    ("SingleAppRoleAssignment([appRoleAssignments])", {}, None),
    ("BitAnd([extensionAttribute1], 2)", {"extensionAttribute1": "514"}, 2),
    ("BitAnd(-1, 5)", {}, 5),
    ("CBool([mail])", {"mail": "0"}, False),
    ("CBool([mail])", {}, False),
    ("CBool([mail])", {"mail": "2"}, True),
    ("CBool([mail])", {"mail": "FALSE"}, False),
    ("CBool(1 = 1.0)", {}, True),
    ("CBool(10 > 9)", {}, True),
    ('CBool("10" > "9")', {}, True),
    ('CBool("b" > "a")', {}, True),
    ('CBool("A" = "a")', {}, False),
    ("CBool([mail] <> [displayName])", {"mail": "a"}, True),
    ("CBool([accountEnabled] = true)", {"accountEnabled": True}, True),
    ('CBool(CDate("2021-02-01") > CDate("2021-01-31T10:00:00Z"))', {}, True),
    ("CDate([mail])", {}, None),
    ('CDate("2021-01-31T12:00Z")', {}, NOON),
    ('CDate("1/31/2021 12:00 PM")', {}, NOON),
    ('CDate("Sun, 31 Jan 2021 12:00:00 GMT")', {}, NOON),
    ('CDate("2021-01-31 14:00:00.0000000 +02:00")', {}, NOON),
    ('Coalesce([mail], "", [displayName])', {"displayName": "x"}, ""),
    ("Coalesce([mail], [displayName])", {}, None),
    ("ConvertToBase64([mail])", {}, None),
    ('ConvertToBase64("")', {}, ""),
    ("ConvertToUTF8Hex([mail])", {"mail": "é"}, "C3A9"),
    ("ConvertToUTF8Hex([mail])", {}, None),
    ("ConvertToUTF8Hex([mail])", {"mail": "a\ud800"}, "61EFBFBD"),
    ("ConvertToUTF8Hex([mail])", {"mail": "\U0001f600"}, "F09F9880"),
    ("Count([proxyAddresses])", {"proxyAddresses": ("a", "b")}, 2),
    ("Count([proxyAddresses])", {}, 0),
    ("Count([mail])", {"mail": "a"}, 1),
    ("CStr([accountEnabled])", {"accountEnabled": True}, "True"),
    ("CStr([accountEnabled])", {}, None),
    ("CStr(1.50)", {}, "1.5"),
    ("CStr(2.0)", {}, "2"),
    ('DateAdd("m", 1, CDate("2021-01-31T12:00:00Z"))', {}, NOON + timedelta(days=28)),
    ('DateAdd("yyyy", 1, CDate("2020-02-29"))', {}, datetime(2021, 2, 28, tzinfo=UTC)),
    ('DateAdd("h", -12, CDate("2021-01-31T12:00:00Z"))', {}, NOON - timedelta(hours=12)),
    ('DateAdd("d", 1, [employeeHireDate])', {}, None),
    ('DateDiff("m", CDate("2021-01-31"), CDate("2021-02-01"))', {}, 1),
    ('DateDiff("d", CDate("2021-01-31T23:00:00Z"), CDate("2021-02-01"))', {}, 0),
    ('DateDiff("yyyy", CDate("2021-12-31"), CDate("2022-01-01"))', {}, 1),
    ("DateFromNum([mail])", {}, None),
    ("DateFromNum(0)", {}, datetime(1601, 1, 1, tzinfo=UTC)),
    ('NumFromDate("1601-01-01T00:00:01Z")', {}, 10_000_000),
    ("NumFromDate([mail])", {}, None),
    ('FormatDateTime([mail], , "yyyy", "yyyy")', {}, None),
    ('FormatDateTime([mail], "AdjustToUniversal", "yyyy-MM-ddzzz", "s")', {"mail": "2021-02-01+02:00"},
     "2021-01-31T22:00:00"),
    ("IgnoreFlowIfNullOrEmpty([mail])", {}, IGNORE),
    ("IgnoreFlowIfNullOrEmpty([mail])", {"mail": ""}, IGNORE),
    ('Join(" ", IgnoreFlowIfNullOrEmpty([mail]), "x")', {}, "x"),
    ('IIF([mail] = "a", IgnoreFlowIfNullOrEmpty(""), "x")', {"mail": "a"}, IGNORE),
    ("IIF([accountEnabled] = true, 1, 2)", {"accountEnabled": True}, 1),
    ("IIF([accountEnabled], 1, 2)", {"accountEnabled": False}, 2),
    ('IIF("x", 1, 2)', {}, 2),
    ('InStr([mail], "Q", 1, vbTextCompare)', {"mail": "a q"}, 3),
    ('InStr([mail], "Q")', {"mail": "a q"}, 0),
    ('InStr([mail], "Q")', {}, 0),
    ('InStr("abab", "ab", 2)', {}, 3),
    ('InStr([mail], "X", , vbTextCompare)', {"mail": "İx"}, 2),
    ('InStr("aB", "b", 1, 1)', {}, 2),
    ("IsNothing([mail])", {}, True),
    ("IsNull([mail])", {"mail": ""}, False),
    ("IsNullOrEmpty([proxyAddresses])", {"proxyAddresses": ()}, True),
    ("IsPresent([mail])", {"mail": ""}, False),
    ("IsPresent([mail])", {"mail": "a"}, True),
    ("IsString([mail])", {"mail": "a"}, True),
    ("IsString([mail])", {}, False),
    ("IsString([proxyAddresses])", {"proxyAddresses": ("a",)}, False),
    ("Item([proxyAddresses], 9)", {"proxyAddresses": ("a",)}, None),
    ('Item([proxyAddresses], "2")', {"proxyAddresses": ("a", "b")}, "b"),
    ("Item([proxyAddresses], 1)", {}, None),
    ('Join(";", [proxyAddresses], [mail])', {"proxyAddresses": ("a", "", "b")}, "a;b"),
    ('Join(", ", [surname], [givenName])', {"surname": None, "givenName": "Zoë"}, "Zoë"),
    ('Join("", [mail])', {}, ""),
    ("Left([mail], 0)", {"mail": "abc"}, ""),
    ("Left([mail], -1)", {"mail": "abc"}, "abc"),
    ("Left([mail], 3)", {}, ""),
    ("Left([mail], 9)", {"mail": "abc"}, "abc"),
    ("Mid([mail], 2, 9)", {"mail": "abc"}, "bc"),
    ("Mid([mail], 9, 1)", {"mail": "abc"}, ""),
    ("Mid([mail], 1, 0)", {"mail": "abc"}, ""),
    ("Mid([mail], 1, 1)", {}, None),
    ("NormalizeDiacritics([mail])", {}, None),
    ("NormalizeDiacritics([mail])", {"mail": "e\u0301 한글 \u1eb5"}, "e 한글 a"),
    ("NormalizeDiacritics([mail])", {"mail": "日本 Straße"}, "日本 Strasse"),
    ("Not([IsSoftDeleted])", {"IsSoftDeleted": False}, True),
    ("Not([IsSoftDeleted])", {"IsSoftDeleted": True}, False),
    ("Not([IsSoftDeleted])", {}, True),
    ('Not("TRUE")', {}, False),
    ('Not("no")', {}, True),
    ("PCase([mail])", {}, None),
    ("PCase([mail])", {"mail": "ǆungla"}, "ǅungla"),
    ("PCase([mail])", {"mail": "o'neill VAN-der_berg 2nd ÉCLAIR"}, "O'neill Van-Der_Berg 2Nd Éclair"),
    ('PCase([mail], "")', {"mail": "one two"}, "One two"),
    ('Prepend([mail], "x-")', {"mail": "a"}, "x-a"),
    ('Prepend([mail], "x-")', {}, None),
    ("Redact([mail])", {"mail": "a"}, Redacted("a")),
    ("Redact([mail])", {}, None),
    ("RemoveDuplicates([proxyAddresses])", {"proxyAddresses": ("b", "B", "b")}, ("b", "B")),
    ("RemoveDuplicates([proxyAddresses])", {}, ()),
    ('Replace([mail], "a", , , , , )', {"mail": "banana"}, "bnn"),
    ('Replace([mail], "a", , , "b", , )', {}, None),
    ('Replace([mail], "A", , , "b", , )', {"mail": "a"}, "a"),
    ('Replace([mail], "", "a", "", "b", "", "")', {"mail": "a"}, "b"),
    ('Replace([mail], , "a", , "$0$&${x}$$", , )', {"mail": "a"}, "aa${x}$"),
    ('Replace([mail], , [displayName], , "", , )', {"mail": "a1", "displayName": "[0-9]"}, "a"),
    ('Replace([mail], , "(?<n>[0-9])", "n", "#", , )', {"mail": "a1b2"}, "a#b#"),
    ('Replace([mail], , "(?<n>[0-9])", "n", , [displayName], )', {"mail": "a", "displayName": "7"}, "a"),
    ('Replace([mail], , "(?<n>[0-9])", "n", , [displayName], )', {"displayName": "x"}, None),
    ('Replace([mail], , "(?<n>[0-9])", "n", , [displayName], )', {}, None),
    ('Replace([mail], "x")', {"mail": "axb"}, "ab"),
    ("SelectUniqueValue([mail], [displayName])", {"displayName": "x"}, Candidates(("x",))),
    ('Split([mail], ",")', {}, None),
    ('Split([mail], ", ")', {"mail": "a, b,, c"}, ("a", "b,", "c")),
    ('Split([mail], ",")', {"mail": "a,,b"}, ("a", "", "b")),
    ("StripSpaces([mail])", {}, None),
    ("StripSpaces([mail])", {"mail": " a b\tc "}, "ab\tc"),
    ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": True}, "False"),
    ('Switch([IsSoftDeleted], , "False", "True", "True", "False")', {"IsSoftDeleted": False}, "True"),
    ('Switch([state], , "NSW", "x")', {"state": "nsw"}, None),
    ('Switch([state], "d", "a", "1", "a", "2")', {"state": "a"}, "1"),
    ('Switch([state], "d", [city], "1", "a", "2")', {"state": "a", "city": "a"}, "1"),
    ('Switch([state], "d", [city], "1", "a", "2")', {"state": "a", "city": "b"}, "2"),
    ('Switch([state], [city], "a", "1")', {"state": "b", "city": "c"}, "c"),
    ('Switch(IsPresent([jobTitle]), "DefaultValue", "True", [jobTitle])', {"jobTitle": "Boss"}, "Boss"),
    ('Switch(IsPresent([jobTitle]), "DefaultValue", "True", [jobTitle])', {}, "DefaultValue"),
    ("ToLower([mail])", {"mail": "ÀΣ İ"}, "àσ İ"),
    ('ToLower([mail], "tr-TR")', {"mail": "IİX"}, "ıix"),
    ("ToLower([mail])", {}, None),
    ("ToUpper([mail])", {"mail": "straße ı"}, "STRAßE ı"),
    ('ToUpper([mail], "az")', {"mail": "ix"}, "İX"),
    ("ToUpper([mail])", {}, None),
    ("Trim([mail])", {"mail": "  a b "}, "a b"),
    ("Trim([mail])", {}, None),
    ('Word([mail], 0, " ")', {"mail": "a b"}, ""),
    ('Word([mail], 3, " ")', {"mail": "a b"}, ""),
    ('Word([mail], 2, " ,")', {"mail": " a , b"}, "b"),
    ('Word([mail], 1, " ")', {}, ""),
    ('Word([mail], 1, " ")', {"mail": "a\0b c"}, "a\0b"),
    ('Word([mail], 1, "")', {"mail": "a b"}, "a b"),
    ("Now()", {}, datetime(2021, 8, 25, 17, 41, 18, tzinfo=UTC)),
    ("Guid()", {}, "00000000-0000-4000-8000-000000000001"),
    ("RandomString(0, 0, 0, 0, 0)", {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "attributes", "expected"), CASES)
def test_functions_on_the_edges(expression, attributes, expected):
    """The value, and its type: True is not 1, a role is not its name."""
    result = value(expression, **attributes)
    assert (result, type(result)) == (expected, type(expected))


REFUSED = [
    ("BitAnd([mail], 1)", {"mail": "x"}, "not a number"),
    ("BitAnd([mail], 1)", {}, "not a number"),
    ("CDate([mail])", {"mail": "31.1.2021"}, "not a date"),
    ('CDate("2021-02-30")', {}, "not a date"),
    ('DateAdd("w", 1, Now())', {}, "no interval"),
    ('DateAdd("d", [mail], Now())', {"mail": "x"}, "not a number"),
    ('DateAdd("yyyy", 9000, Now())', {}, "out of range"),
    ('DateDiff("d", [mail], Now())', {}, "not a date"),
    ("DateFromNum(-1)", {}, "begin in 1601"),
    ("DateFromNum(9223372036854775807)", {}, "out of range"),
    ('NumFromDate("1600-12-31")', {}, "begin in 1601"),
    ("DefaultDomain()", {}, "does not hold"),
    ('FormatDateTime([mail], , "yyyy-MM-dd", "yyyy")', {"mail": "2021-1-1"}, "not a date of the form"),
    ('FormatDateTime("1", , "%d", "")', {}, "empty"),
    ('InStr([mail], "a", 0)', {"mail": "a"}, "counts from 1"),
    ('InStr([mail], "a", 1, [displayName])', {"mail": "a", "displayName": "x"}, "no compareType"),
    ("Item([proxyAddresses], 0)", {"proxyAddresses": ("a",)}, "counts from 1"),
    ("Left([mail], [mail])", {"mail": "a"}, "not a number"),
    ("Mid([mail], 0, 1)", {"mail": "a"}, "counts from 1"),
    ("RandomString(3, 2, 2, 0, 0)", {}, "minima"),
    ("RandomString(257, 0, 0, 0, 0)", {}, "256"),
    ('RandomString(1, 1, 0, 0, 0, "0123456789")', {}, "avoids every character"),
    ("Replace([mail], [displayName], , , , , )", {"mail": "a"}, "oldValue is empty"),
    ('Replace([mail], , [displayName], , "", , )', {"mail": "a", "displayName": "("}, "not a pattern"),
    ('Replace([mail], , "(?<n>a)", [displayName], "", , )', {"mail": "a", "displayName": "m"}, "no group 'm'"),
    ("SelectUniqueValue([mail], [displayName])", {}, "none of"),
    ("SingleAppRoleAssignment([mail])", {"mail": "a"}, "takes \\[appRoleAssignments\\]"),
    ('Split([mail], "")', {"mail": "a"}, "needs a delimiter"),
]


@pytest.mark.parametrize(("expression", "attributes", "part"), REFUSED)
def test_what_a_function_cannot_do_is_an_error_of_the_mapping(expression, attributes, part):
    """With the reason, at the function."""
    with pytest.raises(ExpressionInvalid, match=part) as caught:
        value(expression, **attributes)
    assert (caught.value.expression, caught.value.offset) == (expression, 0)


def test_every_function_is_tried():
    """A function without a line above fails here."""
    tried = {node.name for case in (*CASES, *REFUSED) for node in walk(parse(case[0])) if isinstance(node, Call)}
    assert tried == set(FUNCTIONS)


DIACRITICS = """
ä à â ã å á ą ă ā ā́ ā̀ ā̂ ā̃ ǟ ā̈ ǡ a̱ å̄ > a | Ä À Â Ã Å Á Ą Ă Ā Ā́ Ā̀ Ā̂ Ā̃ Ǟ Ā̈ Ǡ A̱ Å̄ > A | æ ǣ > ae | Æ Ǣ > AE
ç č ć c̄ c̱ > c | Ç Č Ć C̄ C̱ > C | ď d̄ ḏ > d | Ď D̄ Ḏ > D
ë è é ê ę ě ė ē ḗ ḕ ē̂ ē̃ ê̄ e̱ ë̄ e̊̄ > e | Ë È É Ê Ę Ě Ė Ē Ḗ Ḕ Ē̂ Ē̃ Ê̄ E̱ Ë̄ E̊̄ > E | ğ ḡ g̱ > g | Ğ Ḡ G̱ > G
ï î ì í ı ī ī́ ī̀ ī̂ ī̃ i̱ > i | Ï Î Ì Í İ Ī Ī́ Ī̀ Ī̂ Ī̃ I̱ > I | ľ ł l̄ ḹ ḻ > l | Ł Ľ L̄ Ḹ Ḻ > L
ñ ń ň n̄ ṉ > n | Ñ Ń Ň N̄ Ṉ > N | ö ò ő õ ô ó ō ṓ ṑ ō̂ ō̃ ȫ ō̈ ǭ ȭ ȱ o̱ > o | Ö Ò Ő Õ Ô Ó Ō Ṓ Ṑ Ō̂ Ō̃ Ȫ Ō̈ Ǭ Ȭ Ȱ O̱ > O
ø ø̄ œ̄ > oe | Ø Ø̄ Œ̄ > OE | ř r̄ ṟ ṝ > r | Ř R̄ Ṟ Ṝ > R | ß > ss | š ś ș ş s̄ s̱ > s | Š Ś Ș Ş S̄ S̱ > S
ť ț t̄ ṯ > t | Ť Ț T̄ Ṯ > T | ü ù û ú ů ű ū ū́ ū̀ ū̂ ū̃ u̇̄ ǖ ṻ ṳ̄ u̱ > u | Ü Ù Û Ú Ů Ű Ū Ū́ Ū̀ Ū̂ Ū̃ U̇̄ Ǖ Ṻ Ṳ̄ U̱ > U
ÿ ý ȳ ȳ́ ȳ̀ ȳ̃ y̱ > y | Ÿ Ý Ȳ Ȳ́ Ȳ̀ Ȳ̃ Y̱ > Y | ź ž ż z̄ ẕ > z | Ź Ž Ż Z̄ Ẕ > Z
"""


@pytest.mark.parametrize("row", [row.strip() for row in DIACRITICS.replace("\n", "|").split("|") if row.strip()])
def test_the_table_of_diacritics(row):
    """Every letter of the page's table becomes what the table says."""
    letters, plain = row.split(" > ")
    assert {letter: value("NormalizeDiacritics([mail])", mail=letter) for letter in letters.split()} == dict.fromkeys(
        letters.split(), plain
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("yyyy-MM-ddTHH:mm:ss.fffffffK", "2021-08-05T07:04:09.1230000Z"),
        ("d.M.yy H:m:s", "5.8.21 7:4:9"),
        ("dddd, dd MMMM yyyy hh tt", "Thursday, 05 August 2021 07 AM"),
        ("ddd MMM %y %t", "Thu Aug 21 A"),
        ("'it''s' yyyy \\\\y zzz", "its 2021 y +00:00"),
        ("ss.FFF|z|zz", "09.123|+0|+00"),
        ("yyyyy y g", "02021 21 A.D."),
        ("R", "Thu, 05 Aug 2021 07:04:09 GMT"),
        ("s", "2021-08-05T07:04:09"),
    ],
)
def test_dates_are_written_in_dotnet_formats(form, expected):
    """In the invariant culture."""
    source = '"2021-08-05T07:04:09.123Z", , "yyyy-MM-ddTHH:mm:ss.fffK"'
    assert value(f'FormatDateTime({source}, "{form}")') == expected


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yyyy-MM-ddTHH:mm:ss.fffffffK", "2021-01-31T14:00:00.0000000+02:00"),
        ("d.M.yyyy H:m", "31.1.2021 12:0"),
        ("dd-MMM-yyyy hh:mm tt", "31-jan-2021 12:00 pm"),
        ("dddd, dd MMMM yy HH'h'", "Sunday, 31 January 21 12h"),
        ("yyyyMMddHHmmssz", "20210131070000-5"),
        ("yyyy-MM-dd HH:mm:ss.FFFzzz", "2021-01-31 12:00:00.+00:00"),
        ("M/d/yyyy h:mm:ss t", "1/31/2021 12:00:00 P"),
    ],
)
def test_dates_are_read_in_dotnet_formats(form, text):
    """Into UTC, as which a text without an offset is read."""
    assert value(f'CDate(FormatDateTime([mail], , "{form}", "o"))', mail=text) == NOON


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yyyy", "21"),
        ("MMM", "Foo"),
        ("hh tt", "13 PM"),
        ("zzz", "+99:00"),
        ("yyyy-MM-dd", "2021-01-31x"),
        ("HH", "24"),
        ("ffffffff", "12345678"),
        ("yyyyzzz", "0001+01:00"),
    ],
)
def test_a_text_of_another_format_is_refused(form, text):
    """Nothing is guessed."""
    with pytest.raises(ExpressionInvalid):
        value(f'FormatDateTime([mail], , "{form}", "yyyy")', mail=text)


def test_a_date_is_text_in_one_format():
    """``M/d/yyyy h:mm:ss tt``, as the page has it for every date function."""
    zone = timezone(timedelta(hours=2))
    assert as_text(NOON) == "1/31/2021 12:00:00 PM"
    assert as_text(value("Now()", now=datetime(2021, 7, 2, 17, 3, 8, 999, tzinfo=zone))) == "7/2/2021 3:03:08 PM"
    assert value('Join(" ", Now(), "x")') == "8/25/2021 5:41:18 PM x"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (None, ""),
        (True, "True"),
        (1.5, "1.5"),
        (2.0, "2"),
        (("a", None, "b"), "a;;b"),
        (EDITOR, "editor"),
        (RoleList("complex", (EDITOR, VIEWER)), "editor;Viewer"),
        (Candidates(("a", "b")), "a"),
        (IGNORE, ""),
    ],
)
def test_how_a_value_becomes_text(raw, text):
    """E81: booleans with a capital, nothing as nothing."""
    assert as_text(raw) == text
