"""The CI examples are what GitHub takes, and their shell steps do what they say."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.command import PROJECT, environment
from tests.servers import free_port

CI = PROJECT / "examples" / "ci"
ACTION = yaml.safe_load((CI / "action.yml").read_text())
WORKFLOW = yaml.safe_load((CI / "provisioning.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{\s*inputs\.(\w+)\s*\}\}")
SERVE = f"""#!/bin/sh
exec {sys.executable} -m provisioner sandbox --application scim --port $PORT --token env:SCIM_TOKEN
"""
ENDPOINT_TESTS = """
def test_a_joiner(provisioning_cycle):
    report = provisioning_cycle([{"id": "1", "userPrincipalName": "ada@contoso.example", "displayName": "Ada"}])
    assert report.counts.create == 1
"""


def steps() -> list[dict[str, Any]]:
    """Every step of both files."""
    return [*ACTION["runs"]["steps"], *(step for job in WORKFLOW["jobs"].values() for step in job["steps"])]


@dataclass
class Runner:
    """Runs shell steps as GitHub's runner does: values in the environment, a PATH that steps add to."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "path").touch()

    def step(self, step: dict[str, Any], inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run one step with the inputs in its ``env``."""
        given = {name: EXPRESSION.sub(lambda m: inputs[m[1]], text) for name, text in step.get("env", {}).items()}
        added = (self.folder / "path").read_text().splitlines()
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=environment(
                GITHUB_ACTIONS="true",
                GITHUB_WORKSPACE=str(self.folder),
                GITHUB_PATH=str(self.folder / "path"),
                RUNNER_TEMP=str(self.folder),
                PATH=os.pathsep.join([*reversed(added), str(Path(sys.executable).parent), os.environ["PATH"]]),
                **self.variables,
                **given,
            ),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def action(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the action's shell steps; the first that fails ends it."""
        defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
        done = None
        for step in ACTION["runs"]["steps"]:
            if "run" in step:
                done = self.step(step, {**defaults, **inputs})
                if done.returncode:
                    return done
        assert done is not None
        return done


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A checkout with a few stories. The wheel is really built and installed; what it needs is here already."""
    for name in ("rename", "joiner-mover-leaver"):
        shutil.copytree(PROJECT / "examples" / name, tmp_path / "scenarios" / name)
    shutil.copy(PROJECT / "examples" / "expressions.toml", tmp_path / "scenarios")
    return Runner(tmp_path, {"PYTHONPATH": sysconfig.get_path("purelib")})


def test_every_action_is_pinned_by_its_digest():
    """A tag can be moved; forty hexadecimal digits cannot. The same digests as in the project's own workflow."""
    used = [step["uses"] for step in steps() if "uses" in step and not step["uses"].startswith("./")]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) for name in used)
    own = (PROJECT / ".github" / "workflows" / "ci.yml").read_text()
    assert all(name in own for name in used if "upload-artifact" not in name)


def test_no_value_is_pasted_into_a_script():
    """What comes from outside reaches a shell as a variable only, and every shell of the action is named."""
    scripts = [step["run"] for step in steps() if "run" in step]
    assert not [script for script in scripts if "${{" in script]
    assert all(step["shell"] == "bash" for step in ACTION["runs"]["steps"] if "run" in step)
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_every_input_is_used_and_every_use_is_an_input():
    """The action's inputs, its own steps and the workflow agree."""
    used = set(EXPRESSION.findall((CI / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])
    (call,) = [step for step in steps() if step.get("uses", "").startswith("./")]
    assert set(call["with"]) <= set(ACTION["inputs"])
    assert {name for name, each in ACTION["inputs"].items() if each.get("required")} <= set(call["with"])


@pytest.mark.slow
def test_the_action_plays_stories_and_tells_what_differs(runner):
    """All as agreed: 0 and two reports. A changed mapping: 3, the story named in both, and annotations in the files."""
    passed = runner.action(package=str(PROJECT))
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert "::error" not in passed.stderr
    report = runner.folder / "provisioning-reports" / "scenarios.xml"
    assert not ET.parse(report).findall(".//failure")
    job = runner.folder / "scenarios" / "rename" / "job.toml"
    job.write_text(job.read_text().replace("[displayName]", "[givenName]"))
    failed = runner.action(package=str(PROJECT))
    assert failed.returncode == 3, failed.stdout + failed.stderr
    assert "::error file=scenarios/rename/expected/" in failed.stderr
    suites = {suite.get("name"): suite.get("failures") for suite in ET.parse(report).getroot()}
    assert suites["scenarios/joiner-mover-leaver"] == "0"
    assert suites["scenarios/rename"] != "0"
    assert "displayName" in (report.parent / "scenarios.html").read_text()


@pytest.mark.slow
def test_the_workflow_tests_mappings_and_an_endpoint(runner):
    """Its shell steps in their order: mappings tested, an endpoint started and tested with the fixtures."""
    port = str(free_port())
    runner.variables |= {"PORT": port, "SCIM_URL": WORKFLOW["env"]["SCIM_URL"].replace("8808", port)}
    runner.variables |= {"SCIM_TOKEN": WORKFLOW["env"]["SCIM_TOKEN"]}
    serve = runner.folder / "serve"
    serve.write_text(SERVE.replace("exec", "echo $$ > served; exec"))
    serve.chmod(0o755)
    tests = runner.folder / "tests" / "provisioning"
    tests.mkdir(parents=True)
    (tests / "test_endpoint.py").write_text(ENDPOINT_TESTS)
    assert runner.action(package=str(PROJECT)).returncode == 0
    try:
        for step in WORKFLOW["jobs"]["rehearse"]["steps"]:
            if "run" in step:
                step = {**step, "run": step["run"].replace("./serve &", "./serve > /dev/null 2>&1 &")}
                done = runner.step(step, {})
                assert done.returncode == 0, (step["name"], done.stdout, done.stderr)
    finally:
        os.kill(int((runner.folder / "served").read_text()), 15)
    reports = runner.folder / "provisioning-reports"
    assert {path.name for path in reports.iterdir()} >= {"scenarios.xml", "expressions.xml", "endpoint.xml"}
    assert ET.parse(reports / "endpoint.xml").getroot()[0].get("tests") == "1"
