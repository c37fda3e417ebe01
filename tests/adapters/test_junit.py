"""Results for CI."""

from xml.etree import ElementTree as ET

from provisioner.adapters.junit import write_junit
from provisioner.model.result import Result


def test_a_suite_a_file_and_a_failure_a_case_that_failed(tmp_path):
    """Every CI counts by these numbers, and shows what was expected and what came."""
    path = tmp_path / "out.xml"
    failed = Result("one", "second", "expected 'b'\ngot      'a'")
    write_junit(str(path), [Result("one", "first"), failed, Result("two", "third")])
    suites = ET.parse(path).getroot()
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("one", "2", "1"),
        ("two", "1", "0"),
    ]
    failure = suites.find(".//failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("expected 'b'", failed.failure)


def test_any_text_can_be_written(tmp_path):
    """Whatever a value holds, the file is XML: what XML cannot hold is left out."""
    path = tmp_path / "out.xml"
    write_junit(str(path), [Result("s", "a\x02&\ufffe<b>", "\x00<c> é")])
    case = ET.parse(path).getroot()[0][0]
    assert (case.get("name"), case.findtext("failure")) == ("a&<b>", "<c> é")
