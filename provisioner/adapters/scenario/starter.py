"""A scenario folder to begin with: one person joins, and leaves the next day."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from provisioner.adapters.scenario.calendar import SNAPSHOTS
from provisioner.adapters.scenario.read import JOB, STORY, TIMELINE
from provisioner.adapters.shipped import shipped
from provisioner.model.errors import Place, ScenarioInvalid

_STORY: Final = """\
# A joiner, and a leaver

Three sentences say what is to be learned from this folder. On the first day Ada Lovelace is assigned to the
application and gets an account. A day later her assignment is taken away, and the account stays but is disabled.
"""

_TIMELINE: Final = """\
#:schema ./timeline.schema.json
# What happens when, on a clock that jumps from one cycle to the next. Cycles run by themselves: the first when the
# story begins, the next ones at the job's interval (40 minutes), in quarantine ever more rarely.

application = "scim"            # whom the sandbox plays: "scim" (core and enterprise users, groups) or "real-links"
begin = 2026-01-05T08:00:00Z    # day 0; "day 3" is three days later at this time of day
end = "day 1 09:30"             # the last cycle begins before or at this time
# snapshot = "001"              # what the directory says at first; without it the first folder in snapshots/

# Beside this file: story.md, job.toml, snapshots/ and, if accounts are there already, target.json
# ({"Users": [{"userName": "..."}], "Groups": []}). Every event has a time, and is one thing that happens:
#   at = "day 3", "day 3 09:20", or "+40m" after the event before
#   snapshot = "002"            the directory says this from now on
#   job = "job-2.toml"          the administrator saves this file over job.toml
#   faults = ["down"]           the sandbox misbehaves (provisioner sandbox --faults lists the ways)
#   for = "9h"                  with faults: how long; without it faults = [] ends them
#   token = "wrong"             the job sends a token the target refuses; "right" ends it
#   ask = "pause"               as from another terminal; also "resume", "restart" and "approve" (allow held deletions)
#   reset = ["watermark"]       what a restart resets; without it what the portal's button does

[[event]]
at = "day 1"
snapshot = "002"
"""

_PERSON: Final = """\
[
  {
    "id": "5e1f0000-0000-4000-8000-000000000001",
    "accountEnabled": true,
    "userPrincipalName": "ada.lovelace@contoso.example",
    "displayName": "Ada Lovelace",
    "givenName": "Ada",
    "surname": "Lovelace",
    "mail": "ada.lovelace@contoso.example",
    "mailNickname": "ada.lovelace",
    "jobTitle": "Analyst"
  }
]
"""

_ASSIGNMENT: Final = """\
[
  {
    "principalId": "5e1f0000-0000-4000-8000-000000000001",
    "principalType": "User",
    "appRoleId": "00000000-0000-0000-0000-000000000000"
  }
]
"""

_FILES: Final[Mapping[str, str]] = {
    STORY: _STORY,
    TIMELINE: _TIMELINE,
    f"{SNAPSHOTS}/001/users.json": _PERSON,
    f"{SNAPSHOTS}/001/assignments.json": _ASSIGNMENT,
    f"{SNAPSHOTS}/002/users.json": _PERSON,
    f"{SNAPSHOTS}/002/assignments.json": "[]\n",
}

_COPIES: Final[Mapping[str, str]] = {
    JOB: "scim.toml",
    "job.schema.json": "job.schema.json",
    "timeline.schema.json": "timeline.schema.json",
}
"""What is copied from ``config/``; the first lines of job and timeline name the schemas for editors."""


def write_starter(folder: str) -> None:
    """Write a small commented scenario; what is expected of it comes from playing it.

    :raises ScenarioInvalid: when there is something at that place, or nothing can be written there.
    """
    base = Path(folder)
    if base.exists():
        raise ScenarioInvalid("exists already", place=Place(folder), hint="name a folder that is to be made")
    try:
        for name, text in _FILES.items():
            (base / name).parent.mkdir(parents=True, exist_ok=True)
            (base / name).write_text(text, encoding="utf-8")
        for name, source in _COPIES.items():
            shutil.copyfile(shipped("config") / source, base / name)
    except OSError as error:
        message = f"the folder cannot be made: {error.strerror}"
        raise ScenarioInvalid(message, place=Place(folder), hint="choose a place you may write to") from None
