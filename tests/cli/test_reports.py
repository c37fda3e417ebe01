"""Reports for CI: the same results as JUnit, as a page, and as annotations in a pull request."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from provisioner.adapters.html_report import write_html
from provisioner.cli.annotations import command
from provisioner.model.errors import NOWHERE, Place
from provisioner.model.result import Result
from provisioner.sandbox import Sandbox, SandboxServer
from tests.command import CONFIG, PROJECT, directory, person, provisioner

HOSTILE = '<script>alert(1)</script>"\x1b[31m'


@pytest.fixture
def endpoint():
    with SandboxServer(Sandbox("real-links", token="s3cret")) as server:
        yield server


def cases(path: Path) -> dict[str, str]:
    """Each test case of a report and what is wrong with it."""
    return {case.get("name", ""): case.findtext("failure") or "" for case in ET.parse(path).iter("testcase")}


def run(folder: Path, url: str, *more: object, **variables: str):
    return provisioner(
        *("run", CONFIG / "real-links.toml", "--url", url, "--snapshot", folder / "directory"),
        *("--state", folder / "state.db", *more),
        **variables,
    )


def test_a_run_reports_every_object(tmp_path, endpoint):
    """One case for the cycle and one for each object of its log; the one that failed says why and what to do."""
    directory(tmp_path / "directory", [person(1), person(2, givenName=HOSTILE)])
    endpoint.sandbox.set_faults(["error-on=3:500"])
    result = run(tmp_path, endpoint.url, "--junit", tmp_path / "run.xml", "--html", tmp_path / "run.html", "--json")
    assert result.code == 3
    told = cases(tmp_path / "run.xml")
    assert told["initial cycle 1"] == ""
    assert told["create p2@contoso.example"] == ""
    assert "ServerError" in told["create p1@contoso.example"]
    page = (tmp_path / "run.html").read_text()
    assert "2 passed, 1 failed" in page
    assert "create p1@contoso.example" in page


def test_a_cycle_that_is_no_success_fails_its_case(tmp_path, endpoint):
    """Refused credentials quarantine the job: CI is told so though no object has failed."""
    directory(tmp_path / "directory", [person(1)])
    run(tmp_path, endpoint.url, "--junit", tmp_path / "run.xml", REAL_LINKS_TOKEN="wrong")
    assert "quarantined" in cases(tmp_path / "run.xml")["initial cycle 1"]


def test_a_plan_a_schema_and_cases_report_too(tmp_path, endpoint):
    """The same options, the same forms."""
    directory(tmp_path / "directory", [person(1)])
    job = CONFIG / "real-links.toml"
    provisioner(
        *("plan", job, "--url", endpoint.url, "--snapshot", tmp_path / "directory", "--state", tmp_path / "state.db"),
        *("--junit", tmp_path / "plan.xml"),
    )
    assert cases(tmp_path / "plan.xml") == {"plan of the initial cycle": "", "create p1@contoso.example": ""}
    (tmp_path / "schema.json").write_text(provisioner("schema", "export", job).out.replace("IsSoftDeleted", "IsSoft"))
    checked = provisioner(
        *("schema", "check", tmp_path / "schema.json", "--junit", tmp_path / "schema.xml"),
        *("--html", tmp_path / "schema.html"),
    )
    assert checked.code == 3
    assert any("IsSoft" in failure for failure in cases(tmp_path / "schema.xml").values())
    tested = provisioner(
        *("expression", "test", PROJECT / "examples" / "expressions.toml", "--junit", tmp_path / "cases.xml"),
        *("--html", tmp_path / "cases.html"),
    )
    assert tested.code == 0
    assert set(cases(tmp_path / "cases.xml").values()) == {""}
    assert ", 0 failed" in (tmp_path / "cases.html").read_text()


def test_the_page_shows_everything_as_text(tmp_path):
    """F37: names and values of strangers are neither markup nor script; it loads nothing from anywhere."""
    results = [Result(HOSTILE, HOSTILE, HOSTILE + "\nline two", HOSTILE, Place(HOSTILE, 1, 2), 0.5), Result("s", "ok")]
    write_html(str(tmp_path / "page.html"), HOSTILE, results)
    page = (tmp_path / "page.html").read_text()
    assert page.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize(
    "command",
    [
        ("run", "wrong.toml"),
        ("plan", "wrong.toml"),
        ("replay", "wrong.toml"),
        ("schema", "check", "wrong.toml"),
        ("expression", "test", "wrong.toml"),
        ("scenario", "run", "wrong.toml"),
    ],
    ids=" ".join,
)
def test_what_is_wrong_with_the_input_is_reported_too(tmp_path, command):
    """CI reads this run's report, not the last one's: each finding fails a case and names its file."""
    (tmp_path / "wrong.toml").write_text("this is nothing")
    for name in ("report.xml", "report.html"):
        (tmp_path / name).write_text("of the run before")
    result = provisioner(*command, "--junit", "report.xml", "--html", "report.html", cwd=tmp_path)
    assert result.code == 2, result.err
    (case,) = ET.parse(tmp_path / "report.xml").iter("testcase")
    assert case.get("file") == "wrong.toml"
    assert case.findtext("failure").splitlines()[0] in result.err
    assert "0 passed, 1 failed" in (tmp_path / "report.html").read_text()


def test_a_report_that_cannot_be_written_is_told(tmp_path):
    """Exit 2 with the path, for each form."""
    for option in ("--junit", "--html"):
        result = provisioner(
            "expression", "test", PROJECT / "examples" / "expressions.toml", option, tmp_path / "no" / "where"
        )
        assert result.code == 2
        assert str(tmp_path / "no" / "where") in result.err


ANNOTATIONS = [
    ((NOWHERE, "wrong"), "::error::wrong"),
    ((Place("a.toml", 3, 7), "wrong"), "::error file=a.toml,line=3,col=7::wrong"),
    ((Place("a.toml"), "100 %\r\nand more"), "::error file=a.toml::100 %25%0D%0Aand more"),
    ((Place("a,b:c%.toml", 1), "x: y, z"), "::error file=a%2Cb%3Ac%25.toml,line=1::x: y, z"),
    ((Place("a\n::error::b", 1), "x"), "::error file=a%0A%3A%3Aerror%3A%3Ab,line=1::x"),
]


@pytest.mark.parametrize(("given", "written"), ANNOTATIONS)
def test_an_annotation_is_escaped_as_github_says(given, written):
    """Neither a message nor a file name can end the command or begin another one."""
    place, message = given
    assert command("error", message, place) == written


def test_errors_and_failures_are_annotated_in_github_only(tmp_path):
    """``::error file=…,line=…,col=…::`` on standard error, the file as the repository names it; JSON stays alone."""
    (tmp_path / "job.toml").write_text('name = "job"\n[source\n')
    here = {"cwd": tmp_path, "GITHUB_WORKSPACE": str(tmp_path)}
    result = provisioner("run", tmp_path / "job.toml", "--json", GITHUB_ACTIONS="true", **here)
    assert "::error file=job.toml,line=2,col=8::this is not TOML" in result.err
    assert json.loads(result.out)["errors"]
    assert "::error" not in provisioner("run", tmp_path / "job.toml", **here, GITHUB_ACTIONS="").err
    (tmp_path / "cases.toml").write_text("[[case]]\nname = 'one'\nexpression = '[mail]'\nexpect = 'a'\n")
    failed = provisioner("expression", "test", "cases.toml", GITHUB_ACTIONS="true", **here)
    assert failed.code == 3
    assert "::error file=cases.toml,line=3,col=14,title=cases.toml%3A one::expected 'a'%0A" in failed.err
    misused = provisioner("run", "--nonsense", GITHUB_ACTIONS="true", **here)
    assert "::error::No such option" in misused.err
