"""Results as JUnit XML, the form every CI reads."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from provisioner.model.errors import InputError, Place
from provisioner.model.result import Result

CANNOT_BE_HELD: Final = "\ufffe\uffff"


def write_junit(path: str, results: Iterable[Result]) -> None:
    """Write the results, one suite per place they came from.

    :raises InputError: when the file cannot be written.
    """
    root = ET.Element("testsuites")
    suites: dict[str, ET.Element] = {}
    for result in results:
        suite = suites.get(result.suite)
        if suite is None:
            suite = suites[result.suite] = ET.SubElement(root, "testsuite", name=_clean(result.suite))
        suite.append(_case(result))
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(case.find("failure") is not None for case in suite)))
    try:
        Path(path).write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
    except OSError as error:
        message = f"the report cannot be written: {error.strerror}"
        raise InputError(message, place=Place(path), hint="name a file in a folder that exists") from None


def _case(result: Result) -> ET.Element:
    case = ET.Element("testcase", classname=_clean(result.suite), name=_clean(result.name))
    if result.seconds is not None:
        case.set("time", f"{result.seconds:.3f}")
    if result.place.file is not None:
        case.set("file", _clean(result.place.file))
    if result.place.line is not None:
        case.set("line", str(result.place.line))
    if result.failure:
        text = _clean(result.failure)
        ET.SubElement(case, "failure", message=next(iter(text.splitlines()), "")).text = text
    if result.remark:
        ET.SubElement(case, "system-out").text = _clean(result.remark)
    return case


def _clean(text: str) -> str:
    """Without the characters XML cannot hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n" or (letter >= " " and letter not in CANNOT_BE_HELD and not "\ud800" <= letter <= "\udfff")
    )
