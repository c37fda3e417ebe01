"""The real command in a process of its own, and small directories for it to read."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent.parent
CONFIG = PROJECT / "config"
TOKEN_VARIABLE = "REAL_LINKS_TOKEN"


@dataclass(frozen=True)
class Result:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: this one's, with a token."""
    return {**os.environ, TOKEN_VARIABLE: "s3cret", "NO_COLOR": "1", "COLUMNS": "200", **more}


def provisioner(*arguments: object, cwd: Path | None = None, timeout: float = 60, **variables: str) -> Result:
    """Run ``provisioner`` and wait for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "provisioner", *map(str, arguments)],
        cwd=cwd,
        env=environment(PYTHONPATH=str(PROJECT), **variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def person(number: int, **more: Any) -> dict[str, Any]:
    """A person as Graph's /users returns one."""
    return {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "userPrincipalName": f"p{number}@contoso.example",
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": f"No{number}",
        "mail": f"p{number}@contoso.example",
        "jobTitle": "Engineer",
        "department": "Research",
        "accountEnabled": True,
        **more,
    }


def directory(
    folder: Path,
    people: list[dict[str, Any]],
    *,
    assigned: list[str] | None = None,
    groups: list[dict[str, Any]] | None = None,
) -> Path:
    """Write a snapshot: people, all of them assigned unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    principals = [entry["id"] for entry in people if not entry.get("deletedDateTime")] if assigned is None else assigned
    group_ids = {group["id"] for group in groups or ()}
    assignments = [
        {
            "principalId": principal,
            "principalType": "Group" if principal in group_ids else "User",
            "appRoleId": "00000000-0000-0000-0000-000000000000",
        }
        for principal in principals
    ]
    (folder / "users.json").write_text(json.dumps({"value": people}))
    (folder / "groups.json").write_text(json.dumps(groups or []))
    (folder / "assignments.json").write_text(json.dumps(assignments))
    return folder
