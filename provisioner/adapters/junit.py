"""Results as JUnit XML, the form every CI reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from provisioner.model.errors import InputError, Place


@dataclass(frozen=True, slots=True)
class Result:
    """One test: ``failure`` is empty when it passed."""

    suite: str
    name: str
    failure: str = ""


def write_junit(path: str, results: Iterable[Result]) -> None:
    """Write the results, one suite per file they came from.

    :raises InputError: when the file cannot be written.
    """
    root = ET.Element("testsuites")
    suites: dict[str, ET.Element] = {}
    for result in results:
        suite = suites.get(result.suite)
        if suite is None:
            suite = suites[result.suite] = ET.SubElement(root, "testsuite", name=result.suite)
        case = ET.SubElement(suite, "testcase", classname=result.suite, name=_clean(result.name))
        if result.failure:
            failure = ET.SubElement(case, "failure", message=_clean(result.failure.splitlines()[0]))
            failure.text = _clean(result.failure)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(len(case) for case in suite)))
    try:
        Path(path).write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        message = f"the report cannot be written: {error.strerror}"
        raise InputError(message, place=Place(path), hint="name a file in a folder that exists") from None


def _clean(text: str) -> str:
    """Without the characters XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))
