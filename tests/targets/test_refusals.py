"""Servers that refuse what Entra sends, as real ones do: what the provisioning log shows of it (E104).

Every refusal is shown three times over: the portal's code, the request and the answer as they were on the wire without
the token, and a sentence on what usually causes it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.targets.company import Company
from tests.targets.rehearsal import TOKEN, settled
from tests.targets.wanted import ENTERPRISE

SCIM = "SystemForCrossDomainIdentityManagement"
FLAG = "?aadOptscim062020"


@dataclass(frozen=True)
class Refusal:
    """A misbehaviour, what happens in the company while it lasts, and what is shown of it.

    ``request`` begins the line and ``body`` is a part of what was sent; ``status`` is the answer's.
    """

    faults: tuple[str, ...]
    happens: Callable[[Company], Any]
    request: str
    body: str
    status: int
    code: str
    sentence: str
    query: str = ""


def changed(**attributes: Any) -> Callable[[Company], Any]:
    """Ada gets new values."""
    return lambda company: company.change("ada", **attributes)


def dissolved(company: Company) -> None:
    """The group is no longer assigned."""
    company.unassign("Rowers")


REFUSALS = {
    "op in capitals": Refusal(
        ("refuse-capital-ops",),
        changed(jobTitle="Director"),
        *("PATCH", '"op":"Replace"', 400, f"{SCIM}BadRequest", "without regard to case"),
    ),
    "booleans as texts": Refusal(
        ("refuse-string-booleans",),
        changed(accountEnabled=False),
        *("PATCH", '"value":"False"', 400, f"{SCIM}BadRequest", 'the texts "True" and "False"'),
    ),
    "removal by value": Refusal(
        ("refuse-legacy-removal",),
        lambda company: company.leave("Rowers", "ben"),
        *("PATCH", '"op":"Remove","path":"members","value"', 400, f"{SCIM}BadRequest", "take away the members in"),
    ),
    "value path without an element": Refusal(
        ("refuse-missing-element",),
        changed(city="Oslo"),
        *("PATCH", r"addresses[type eq \"work\"].locality", 400, f"{SCIM}BadRequest", "Create the element"),
    ),
    "value path without an element, with the flag": Refusal(
        ("refuse-missing-element",),
        changed(city="Oslo"),
        *("PATCH", r"addresses[type eq \"work\"].locality", 400, f"{SCIM}BadRequest", "Create the element"),
        query=FLAG,
    ),
    "manager as a text": Refusal(
        ("refuse-string-manager",),
        lambda company: company.manage("ada", "ben"),
        *("PATCH", f'"path":"{ENTERPRISE}:manager"', 400, f"{SCIM}BadRequest", "the manager as a bare id"),
    ),
    "path with a URN": Refusal(
        ("refuse-extension-paths",),
        changed(department="Sales"),
        *("PATCH", f'"path":"{ENTERPRISE}:department"', 400, f"{SCIM}BadRequest", "begin with a schema's URN"),
    ),
    "media type": Refusal(
        ("refuse-media-type",),
        lambda company: company.join("cleo"),
        *("POST", '"userName":"cleo@', 415, f"{SCIM}BadRequest", "application/scim+json; charset=utf-8"),
    ),
    "conflict for a reason of its own": Refusal(
        ("conflict-on-create",),
        lambda company: company.join("cleo"),
        *("POST", '"userName":"cleo@', 409, f"{SCIM}ServiceIncompatibleFiltering", "refuses for another reason"),
    ),
    "group that cannot be deleted": Refusal(
        ("refuse-delete",), dissolved, *("DELETE", "", 405, f"{SCIM}BadRequest", "Implement DELETE")
    ),
    "member nobody knows": Refusal(
        ("unknown-member=404",),
        lambda company: company.enter("Rowers", "dan"),
        *("PATCH", '"op":"Add","path":"members"', 404, "InvalidAnchor", "knows the group and the member"),
    ),
    "error page": Refusal(
        ("html-errors", "refuse-capital-ops"),
        changed(jobTitle="Director"),
        *("PATCH", '"op":"Replace"', 400, f"{SCIM}BadRequest", "A web page came back"),
    ),
}


async def club(folder, url, sandbox):
    """A company with a group whose first cycles are over; since then the target has lost Dan's account."""
    rehearsal = await settled(folder, url, "ada", "ben", "dan")
    rehearsal.company.found("Rowers", "ada", "ben")
    assert (await rehearsal.cycle()).failures == ()
    held = sandbox.dump()
    sandbox.load({**held, "Users": [user for user in held["Users"] if user["externalId"] != "dan"]})
    return rehearsal


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_is_shown_whole(tmp_path, url, sandbox, name):
    """Code, wire and sentence, and the token in none of them."""
    refusal = REFUSALS[name]
    rehearsal = await club(tmp_path, url + refusal.query, sandbox)
    sandbox.set_faults(refusal.faults)
    refusal.happens(rehearsal.company)
    assert len((await rehearsal.cycle()).failures) == 1
    entry = next(entry for entry in rehearsal.log() if entry["provisioningStatusInfo"]["status"] == "failure")
    shown = entry["provisioningStatusInfo"]["errorInformation"]
    assert shown["errorCode"] == refusal.code
    assert refusal.sentence in shown["recommendedAction"]
    wire = shown["additionalDetails"]
    assert wire["request"].startswith(f"{refusal.request} {url}/")
    assert refusal.body in wire["requestBody"]
    assert wire["responseStatus"] == refusal.status
    assert wire["responseBody"]
    assert TOKEN not in json.dumps(entry)
