"""The provisioning log in the service's own words: one entry, its chain of steps, and why somebody was skipped."""

import pytest

from provisioner.engine.flow import provision
from provisioner.engine.record import Stamp, record
from provisioner.model.answer import Done, Fault, FaultKind, Found, Refused
from provisioner.model.decision import AssignmentPath, ClauseSeen, Decision
from provisioner.model.job import Clause
from tests.engine.worlds import (
    ACTIVE,
    ASSIGNED,
    NOON,
    ROLE,
    TITLE,
    USER_NAME,
    compiled,
    context,
    linked,
    mapping,
    play,
    subject,
    user,
)

ADA = {"id": "t1", "userName": "ada@contoso.example", "active": True, "title": "Engineer"}
UNASSIGNED = Decision(assigned=False, passes=True)
NOBODY = Found(())
GONE = Refused(Fault(FaultKind.STATUS, "", 404))
STAMP = Stamp("r1", NOON, "change", 3, "cycle", "job", "lineage", "http://127.0.0.1:1/scim", 7)


def ended(person, *answers, decision=ASSIGNED, link=None, mappings=(USER_NAME, ACTIVE, TITLE), **more):
    """How one object ends after these answers."""
    rules = compiled(*mappings, **more)
    return play(provision(subject(rules, person, decision, link), context(rules)), *answers)[1]


def logged(outcome):
    """The entry of an outcome as the log shows it."""
    return record(outcome, STAMP).body


def test_an_entry_has_the_properties_of_a_provisioning_object_summary():
    """E101: every property by its name, in its place; changes with both values, failures with what explains them."""
    changed = logged(ended(user(jobTitle="Countess"), Found((ADA,)), Done(), link=linked()))
    assert list(changed) == [
        *("id", "activityDateTime", "tenantId", "jobId", "cycleId", "changeId", "durationInMilliseconds"),
        *("provisioningAction", "initiatedBy", "servicePrincipal", "sourceSystem", "targetSystem"),
        *("sourceIdentity", "targetIdentity", "modifiedProperties", "provisioningSteps", "provisioningStatusInfo"),
    ]
    assert (changed["activityDateTime"], changed["durationInMilliseconds"]) == ("2026-01-31T12:00:00Z", 7)
    assert changed["provisioningAction"] == "update"
    for side, own in (("sourceIdentity", "u1"), ("targetIdentity", "t1")):
        assert list(changed[side]) == ["id", "displayName", "identityType", "details"]
        assert (changed[side]["id"], changed[side]["identityType"]) == (own, "User")
    assert changed["modifiedProperties"] == [{"displayName": "title", "oldValue": "Engineer", "newValue": "Countess"}]
    assert all(
        list(step) == ["name", "provisioningStepType", "status", "description", "details"]
        for step in changed["provisioningSteps"]
    )
    failed = logged(ended(user(), Refused(Fault(FaultKind.STATUS, "", 403))))
    assert failed["provisioningStatusInfo"]["status"] == "failure"
    assert list(failed["provisioningStatusInfo"]["errorInformation"]) == [
        *("errorCode", "errorCategory", "reason", "recommendedAction", "additionalDetails")
    ]


IMPORT, SCOPING, MATCHING, PROCESSING, EXPORT = "import", "scoping", "matching", "processing", "export"
NEW, KNOWN = ("EntryImportAdd", IMPORT, "success"), ("EntryImportUpdate", IMPORT, "success")
IN, OUT = (("EntrySynchronizationScoping", SCOPING, status) for status in ("success", "skipped"))
FOUND = ("EntryImport", MATCHING, "success")
LOST = ("EntryImportObjectNotFound", MATCHING, "warning")
CHAINS = {
    "create": (
        (user(), NOBODY, Done("t9")),
        {},
        [NEW, IN, ("EntrySynchronizationAdd", PROCESSING, "success"), ("EntryExportAdd", EXPORT, "success")],
    ),
    "nothing to do": (
        (user(), Found((ADA,))),
        {"link": linked()},
        [KNOWN, IN, FOUND, ("EntrySynchronizationSkip", PROCESSING, "skipped")],
    ),
    "update": (
        (user(jobTitle="Countess"), Found((ADA,)), Done()),
        {"link": linked()},
        [
            *(KNOWN, IN, FOUND),
            ("EntrySynchronizationUpdate", PROCESSING, "success"),
            ("EntryExportUpdate", EXPORT, "success"),
        ],
    ),
    "disable": (
        (user(), Found((ADA,)), Done()),
        {"link": linked(), "decision": UNASSIGNED},
        [
            *(KNOWN, OUT, FOUND),
            ("EntrySynchronizationUpdate", PROCESSING, "success"),
            ("EntryExportUpdateSoftDelete", EXPORT, "success"),
        ],
    ),
    "delete": (
        (None, Done()),
        {"link": linked()},
        [
            ("EntryImportDelete", IMPORT, "success"),
            ("EntrySynchronizationDelete", PROCESSING, "success"),
            ("EntryExportDelete", EXPORT, "success"),
        ],
    ),
    "lost and made again": (
        (user(), GONE, NOBODY, Done("t2")),
        {"link": linked()},
        [KNOWN, IN, LOST, ("EntrySynchronizationAdd", PROCESSING, "success"), ("EntryExportAdd", EXPORT, "success")],
    ),
    "left out": (
        (user(),),
        {"decision": UNASSIGNED},
        [NEW, OUT, ("EntrySynchronizationSkip", PROCESSING, "skipped")],
    ),
    "refused": (
        (user(), NOBODY, Refused(Fault(FaultKind.STATUS, "", 400))),
        {},
        [NEW, IN, ("EntrySynchronizationAdd", PROCESSING, "success"), ("EntryExportAdd", EXPORT, "failure")],
    ),
}


@pytest.mark.parametrize(("talk", "more", "chain"), CHAINS.values(), ids=CHAINS)
def test_chains_of_steps(talk, more, chain):
    """E102: the names the service gives, in their order, each with its type and status."""
    steps = logged(ended(*talk, **more))["provisioningSteps"]
    assert [(step["name"], step["provisioningStepType"], step["status"]) for step in steps] == chain


def test_the_scoping_step_says_what_decided():
    """E102: active, assigned, role and filter in the portal's words, and each clause."""
    clause = ClauseSeen("Research only", Clause("department", "EQUALS", "Research"), "Sales", holds=False)
    decision = Decision(assigned=True, passes=False, paths=(AssignmentPath(ROLE),), clauses=(clause,))
    (scoping,) = [
        step
        for step in logged(ended(user(), decision=decision))["provisioningSteps"]
        if step["provisioningStepType"] == SCOPING
    ]
    assert scoping["details"] == {
        "Active in the source system": "True",
        "Assigned to the application": "True",
        "User has the required role": "True",
        "Scoping filter evaluation passed": "False",
        "Assigned through": "direct assignment (Editor)",
        "ScopeEvaluationResult": {"department EQUALS Research": "False"},
    }


NO_NAME = mapping("userName", "[mailNickname]", match=1)
SKIPPED = {
    "RedundantExport": ((user(), Found((ADA,))), {"link": linked()}),
    "NotEffectivelyEntitled": ((user(),), {"decision": UNASSIGNED}),
    "NotInScope": ((user(),), {"decision": Decision(assigned=True, passes=False)}),
    "AttributeValidationFailed": (
        (user(),),
        {"mappings": (USER_NAME, ACTIVE, mapping("title", "[mail]", required=True))},
    ),
    "MissingMatchingAttribute": ((user(),), {"mappings": (NO_NAME, ACTIVE)}),
}


@pytest.mark.parametrize("reason", SKIPPED)
def test_skip_reasons(reason):
    """E103: each of the five, with nothing written; the entry's status is skipped."""
    talk, more = SKIPPED[reason]
    entry = logged(ended(*talk, **more))
    assert entry["provisioningStatusInfo"]["skipReason"] == reason
    assert entry["provisioningStatusInfo"]["status"] == "skipped"
    assert entry["provisioningSteps"][-1]["details"]["SkipReason"] == reason
