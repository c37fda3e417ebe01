"""Patterns as .NET reads them, within limits (F25)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.netpattern import NotAPattern, translate
from provisioner.engine.pattern import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        (r".*\@domain.com", "a@domain.com", True),
        (r"([1-9][0-9])", "42", True),
        (r"(1[0-9][0-9][0-9][0-9][0-9][0-9])", "1234567", True),
        ("^(DE|FR)$", "DE\n", True),
        (r"a\Z", "a\n", True),
        (r"a\z", "a\n", False),
        ("a(?i)b", "aB", True),
        ("a(?i)b", "AB", False),
        ("(?i:a)b", "Ab", True),
        ("(?i)ss", "ß", False),
        ("[a-z-[aeiou]]", "e", False),
        ("[a-z-[aeiou]]", "f", True),
        ("[^a-[b]]", "b", False),
        ("[^a-[b]]", "c", True),
        (r"^[\w-.]+$", "a-b.c", True),
        (r"^[[a]$", "[", True),
        ("^[]a]$", "]", True),
        ("^[^]a]$", "]", False),
        ("^[a&&b]+$", "a&b", True),
        (r"^[\b]$", "\b", True),
        (r"^[\x41-\u005A\t]+$", "AZ\t", True),
        (r"^[\d\p{Lu}]+$", "7Z", True),
        (r"^\p{L}+$", "Zoë", True),
        (r"^\cA\e$", "\x01\x1b", True),
        (r"(?<n>a)\k<n>", "aa", True),
        (r"(?'n'a)\k'n'", "ab", False),
        (r"(a)(?(1)b|c)", "ab", True),
        ("^a{,3}$", "a{,3}", True),
        ("^a{2$", "a{2", True),
        ("^a}]$", "a}]", True),
        ("^(a){e}$", "a{e}", True),
        ("^a{2,3}?$", "aaa", True),
        ("^a(?#said)b$", "ab", True),
        ("(?<=a)b(?!c)", "abd", True),
        ("(?>a+)ab", "aaab", False),
        (r"^\(\)\*\-\/\"$", '()*-/"', True),
    ],
)
def test_patterns_mean_what_they_mean_in_dotnet(pattern, subject, expected):
    """Also where the library beneath reads them otherwise."""
    assert compile_pattern(pattern).matches(subject) is expected


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("(", "not closed"),
        (")", "never opened"),
        ("[", "not closed"),
        ("*a", "nothing to repeat"),
        ("a|*", "nothing to repeat"),
        ("a++", "nothing to repeat"),
        ("a{2}{3}", "nothing to repeat"),
        ("(*FAIL)", "nothing to repeat"),
        ("a{3,2}", "wrong way round"),
        ("(?P<n>a)", "not known"),
        ("(?n)(a)", "not known"),
        ("(?R)", "not known"),
        ("(?<1>a)", "a group's name"),
        ("(?<n-m>a)", "a group's name"),
        ("(?<n", "a group's name"),
        ("(?(?=a)b|c)", "names a group"),
        (r"\h", r"the escape \\h is not known"),
        (r"\_", "is not known"),
        ("\\", "is not known"),
        (r"\k", "followed by <name>"),
        (r"\k<m>", "unknown group"),
        (r"\c1", "followed by a letter"),
        (r"\p{", "missing"),
        (r"\p{NoSuch}", "unknown property"),
        (r"\x4", "incomplete escape"),
        (r"[a-\d]", "cannot end in a class"),
        ("[z-a]", "bad character range"),
        ("[a-[b]c]", "must end its set"),
        ("[a-" * 20 + "]" * 20, "nested too deeply"),
        ("a" * 513, "at most 512"),
        ("((a{1000}){1000}){1000}", "more than 10000 characters"),
        ("(" * 250 + "a" * 12, "not closed"),
    ],
)
def test_what_dotnet_refuses_is_refused(pattern, part):
    """And so is what has no counterpart, with the place in the pattern where there is one."""
    with pytest.raises(PatternError, match=part):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "replacement", "expected"),
    [
        ("b", "x", "axc"),
        ("b", "$$", "a$c"),
        ("b", "<$&>", "a<b>c"),
        ("(?<n>b)", "${n}${n}", "abbc"),
        ("(b)", "$1$0", "abbc"),
        ("(b)", "$2 ${m} $x", "a$2 ${m} $xc"),
        ("(?<n>a)(b)", "$1.$2.", "b.a.c"),
        ("(x)?b", "[$1]", "a[]c"),
        ("", "-", "-a-b-c-"),
        ("b", r"\1\n", r"a\1\nc"),
    ],
)
def test_replacements_are_those_of_dotnet(pattern, replacement, expected):
    """Unnamed groups are numbered before named ones; a reference to no group stays as it is written."""
    assert compile_pattern(pattern).replace("abc", replacement) == expected


def test_one_group_of_every_match_is_replaced():
    """The rest of the match stays; a group that took no part leaves its match alone."""
    pattern = compile_pattern("(?<digit>[0-9])x|y")
    assert pattern.replace_group("1x y 2x", "digit", "N") == "Nx y Nx"


EVIL = [r"(a+)+$", r"(a|a)+$", r"(a|aa)+$", r"(.*a){20}$", r"([a-z]+)*$", r"(a*)*$", r"(?:a+)+b", r"(\w+\s?)*$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y"]  # fmt: skip


@pytest.mark.parametrize("pattern", EVIL)
@pytest.mark.parametrize("subject", ["a" * 4000 + "!", "x" * 4000])
def test_evil_patterns_are_cut_off(pattern, subject):
    """Each ends, with an answer or with an error that names the pattern."""
    compiled = compile_pattern(pattern)
    for attempt in (compiled.matches, lambda text: compiled.replace(text, "")):
        try:
            attempt(subject)
        except PatternError as error:
            assert "too long" in str(error)


def test_some_evil_patterns_do_need_the_limit():
    """Otherwise the test above would show nothing."""
    with pytest.raises(PatternError, match="too long"):
        compile_pattern("(a|aa)+$").matches("a" * 4000 + "!")


def test_subjects_and_results_are_bounded():
    """4,096 characters in, 65,536 out."""
    with pytest.raises(PatternError, match="4096"):
        compile_pattern("a").matches("a" * 4097)
    with pytest.raises(PatternError, match="65536"):
        compile_pattern("a").replace("a" * 4096, "b" * 100)
    with pytest.raises(PatternError, match="65536"):
        compile_pattern("(?<n>a)").replace_group("a" * 4096, "n", "b" * 100)


PIECES = ["a", "(", ")", "(?<n>", "(?", "[", "]", "^", "-", "-[", "\\", r"\d", r"\k<n>", "{2}", "{", "}", "*", "+",
          "?", "|", "$", ".", "(?i)", r"\p{L}", "é"]  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)))
def test_any_text_is_a_pattern_or_a_pattern_error(text):
    """Never another exception, neither when it is compiled nor when it is applied."""
    try:
        compiled = compile_pattern(text)
        compiled.matches("aab-é]")
        compiled.replace("aab-é]", "$1${n}")
    except PatternError as error:
        assert str(error)


@given(st.text(alphabet="abcé0 _,;:@#%&=<>!~'\"/", max_size=30))
def test_text_without_special_characters_matches_itself(text):
    """Translating changes nothing that has no meaning of its own."""
    assert compile_pattern(text).matches(text)


def test_a_place_in_the_pattern_is_named():
    """Counted from 1."""
    with pytest.raises(NotAPattern, match="position 3"):
        translate(r"ab\y")
