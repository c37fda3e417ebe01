"""The conversation about one object, fact by fact."""

import pytest

from provisioner.engine.flow import provision, refer
from provisioner.model.answer import Done, Fault, FaultKind, Found, Refused, Unknown
from provisioner.model.decision import Decision, Disposition
from provisioner.model.directory import ObjectKind
from provisioner.model.outcome import Action, Ending, LinkEffect, Reference, StepStatus
from provisioner.model.path import CORE_USER, ENTERPRISE_USER
from provisioner.model.question import Create, Find, Modify, Read, Remove
from tests.engine.worlds import (
    ACTIVE,
    ASSIGNED,
    MANAGER,
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
FILTERED = Decision(assigned=True, passes=False)
DISABLED = Decision(assigned=True, passes=True, active=False)
NOBODY = Found(())


def status(code: int, detail: str = "") -> Refused:
    return Refused(Fault(FaultKind.STATUS, detail, code))


def talk(rules, person, *answers, decision=ASSIGNED, link=None, **more):
    return play(provision(subject(rules, person, decision, link), context(rules, **more)), *answers)


def test_a_new_user_is_looked_for_and_then_created():
    """E28, E29: filter by the matching attribute, POST when nobody is found, the answer's id is the link."""
    rules = compiled()
    asked, outcome = talk(rules, user(), NOBODY, Done("t9"))
    assert asked[0] == Find(ObjectKind.USER, "userName", "ada@contoso.example")
    assert asked[1] == Create(
        ObjectKind.USER,
        {
            "schemas": [CORE_USER, ENTERPRISE_USER],
            "userName": "ada@contoso.example",
            "active": True,
            "meta": {"resourceType": "User"},
            "title": "Engineer",
        },
    )
    assert (outcome.ending, outcome.action, outcome.link, outcome.target_id) == (
        Ending.CHANGED,
        Action.CREATE,
        LinkEffect.SET,
        "t9",
    )
    assert [step.name for step in outcome.steps] == [
        "EntryImportAdd",
        "EntrySynchronizationScoping",
        "EntrySynchronizationAdd",
        "EntryExportAdd",
    ]


def test_what_is_no_attribute_waits_for_the_next_cycle_and_is_named():
    """E43: left out of the POST with a warning, and the object is owed another look."""
    rules = compiled(USER_NAME, mapping("jobTitle", "[jobTitle]"))
    asked, outcome = talk(rules, user(), NOBODY, Done("t9"))
    assert "jobTitle" not in asked[1].body
    assert outcome.again
    assert (outcome.steps[-1].status, outcome.steps[-1].details) == (StepStatus.WARNING, {"attributes": ["jobTitle"]})


def test_a_found_user_is_linked_and_compared():
    """E28: one hit is linked; what differs goes in one PATCH, without another GET."""
    asked, outcome = talk(compiled(), user(), Found(({**ADA, "title": "Clerk"},)), Done())
    assert isinstance(asked[1], Modify)
    assert asked[1].body["Operations"] == [{"op": "Replace", "path": "title", "value": "Engineer"}]
    assert outcome.link is LinkEffect.SET


def test_the_next_matching_attribute_is_asked_only_after_an_empty_answer():
    """E28: in order of precedence; one whose source value is null is passed over."""
    by_id = mapping("externalId", "[employeeId]", match=1)
    by_mail = mapping('emails[type eq "work"].value', "[mail]", match=2)
    by_name = mapping("userName", "[userPrincipalName]", match=3)
    rules = compiled(by_name, by_mail, by_id)
    asked, _ = talk(rules, user(mail="ada@x.example"), NOBODY, NOBODY, Done("t9"))
    assert [q.path for q in asked[:2]] == ['emails[type eq "work"].value', "userName"]
    asked, outcome = talk(compiled(by_id), user())
    assert asked == []
    assert outcome.skip_reason == "MissingMatchingAttribute"


def test_several_hits_write_nothing():
    """E28, F21: DuplicateTargetEntries."""
    asked, outcome = talk(compiled(), user(), Found((ADA, {**ADA, "id": "t2"})))
    assert len(asked) == 1
    assert outcome.error.code == "DuplicateTargetEntries"


def test_strangers_from_an_ignored_filter_are_not_adopted():
    """E33, F20: hits that do not carry the value fail the object; they are neither a match nor an absence."""
    stranger = {"id": "t7", "userName": "bob@contoso.example"}
    asked, outcome = talk(compiled(), user(), Found((stranger,)))
    assert len(asked) == 1
    assert outcome.ending is Ending.FAILED
    asked, outcome = talk(compiled(), user(), Found((stranger, {**ADA, "userName": "ADA@contoso.example"})))
    assert outcome.target_id == "t1"


def test_an_account_of_another_source_object_is_not_taken():
    """F21: a second source object for one account fails with DuplicateSourceEntries."""
    asked, outcome = talk(compiled(), user(), Found((ADA,)), owners={"t1": "somebody else"})
    assert len(asked) == 1
    assert outcome.error.code == "DuplicateSourceEntries"


@pytest.mark.parametrize("answer", [status(500), status(404), Unknown(Fault(FaultKind.TIMEOUT, "")), status(400)])
def test_a_failed_look_up_is_never_absence(answer):
    """E12: no POST after anything but a definite nobody."""
    asked, outcome = talk(compiled(), user(), answer)
    assert len(asked) == 1
    assert outcome.ending is Ending.FAILED


def test_a_conflict_after_an_empty_filter_is_named():
    """E32, F20: 409 is a failure without a link and without adoption."""
    asked, outcome = talk(compiled(), user(), NOBODY, status(409))
    assert len(asked) == 2
    assert outcome.error.code.endswith("ServiceIncompatibleFiltering")
    assert outcome.link is LinkEffect.KEEP


def test_a_create_of_unknown_fate_is_unknown():
    """F11, F12: it may have happened; the outcome says so."""
    _, outcome = talk(compiled(), user(), NOBODY, Unknown(Fault(FaultKind.CLOSED, "")))
    assert outcome.ending is Ending.UNKNOWN


def test_a_linked_user_is_read_compared_and_patched_once():
    """E30, E47: Add where the target holds nothing, Replace elsewhere, all in one request in mapping order."""
    held = {"id": "t1", "userName": "ada@old.example", "active": True}
    asked, outcome = talk(compiled(), user(), Found((held,)), Done(), link=linked())
    assert asked[0] == Read(ObjectKind.USER, "t1")
    assert asked[1].body["Operations"] == [
        {"op": "Replace", "path": "userName", "value": "ada@contoso.example"},
        {"op": "Add", "path": "title", "value": "Engineer"},
    ]
    assert outcome.action is Action.UPDATE


def test_nothing_to_do_is_redundant():
    """E30, E37, E102: case is ignored; the chain of steps is the portal's."""
    held = {**ADA, "userName": "ADA@Contoso.example", "active": "True"}
    asked, outcome = talk(compiled(), user(), Found((held,)), link=linked())
    assert len(asked) == 1
    assert outcome.skip_reason == "RedundantExport"
    assert [step.name for step in outcome.steps] == [
        "EntryImportUpdate",
        "EntrySynchronizationScoping",
        "EntryImport",
        "EntrySynchronizationSkip",
    ]


@pytest.mark.parametrize("decision", [UNASSIGNED, FILTERED, DISABLED])
def test_somebody_not_entitled_is_skipped_without_a_request(decision):
    """E22: the first time takes an active, entitled user."""
    asked, outcome = talk(compiled(), user(), decision=decision)
    assert asked == []
    assert outcome.ending is Ending.SKIPPED
    assert outcome.skip_reason == ("NotInScope" if decision is FILTERED else "NotEffectivelyEntitled")


@pytest.mark.parametrize("decision", [UNASSIGNED, FILTERED, DISABLED])
def test_losing_scope_disables(decision):
    """E54: PATCH active False, never DELETE; the default dialect writes it as text."""
    asked, outcome = talk(compiled(), user(), Found((ADA,)), Done(), decision=decision, link=linked())
    assert asked[1].body["Operations"] == [{"op": "Replace", "path": "active", "value": "False"}]
    assert outcome.action is Action.DISABLE
    assert outcome.steps[-1].name == "EntryExportUpdateSoftDelete"
    assert outcome.in_scope is decision.in_scope


def test_returning_enables():
    """E56: looked up by link, PATCH active True."""
    held = {**ADA, "active": False}
    asked, outcome = talk(compiled(), user(), Found((held,)), Done(), link=linked(in_scope=False, active=False))
    assert asked[1].body["Operations"] == [{"op": "Replace", "path": "active", "value": "True"}]
    assert (outcome.action, outcome.in_scope, outcome.active) == (Action.UPDATE, True, True)


def test_soft_deletion_renames_and_disables_in_one_patch():
    """E55: the directory renames; we flow what it says."""
    gone = user(userPrincipalName="0123abcdada@contoso.example", deletedDateTime="2026-01-30T00:00:00Z")
    decision = Decision(assigned=False, passes=True, soft_deleted=True)
    asked, outcome = talk(compiled(), gone, Found((ADA,)), Done(), decision=decision, link=linked())
    assert [op["path"] for op in asked[1].body["Operations"]] == ["userName", "active"]
    assert outcome.in_scope is True


def test_a_purge_deletes_only_who_was_in_scope():
    """E57: hard deletion."""
    asked, outcome = talk(compiled(), None, Done(), decision=None, link=linked())
    assert asked == [Remove(ObjectKind.USER, "t1")]
    assert (outcome.action, outcome.link) == (Action.DELETE, LinkEffect.DROP)
    asked, outcome = talk(compiled(), None, decision=None, link=linked(in_scope=False))
    assert asked == []
    asked, outcome = talk(compiled(), None, status(404), decision=None, link=linked())
    assert outcome.ending is Ending.CHANGED


@pytest.mark.parametrize(
    ("decision", "requests"),
    [(UNASSIGNED, 0), (FILTERED, 0), (Decision(assigned=True, passes=True, soft_deleted=True), 0), (DISABLED, 1)],
)
def test_without_a_mapping_of_is_soft_deleted_nothing_is_deprovisioned(decision, requests):
    """E58: losing scope and soft deletion do nothing; a block flows only as the ordinary attributes do."""
    asked, _ = talk(compiled(USER_NAME, TITLE), user(), *[Found((ADA,))] * requests, decision=decision, link=linked())
    assert len(asked) == requests


def test_skip_out_of_scope_deletions():
    """E58: leaving scope then does nothing."""
    asked, outcome = talk(compiled(skip_out_of_scope_deletions=True), user(), decision=UNASSIGNED, link=linked())
    assert asked == []
    assert outcome.in_scope is False


def test_actions_can_be_switched_off():
    """E58b: no Create, no Update, no Delete."""
    no_create = compiled(actions=frozenset({"update", "delete"}))
    asked, _ = talk(no_create, user(), NOBODY)
    assert len(asked) == 1
    no_update = compiled(actions=frozenset({"create", "delete"}))
    asked, _ = talk(no_update, user(), link=linked())
    assert asked == []
    no_delete = compiled(actions=frozenset({"create", "update"}))
    asked, _ = talk(no_delete, None, decision=None, link=linked())
    assert asked == []


def test_a_lost_link_is_matched_again():
    """E31, F22: 404 on a linked id drops the link, matches again and creates if absent."""
    asked, outcome = talk(compiled(), user(), status(404), NOBODY, Done("t2"), link=linked())
    assert [type(q) for q in asked] == [Read, Find, Create]
    assert outcome.target_id == "t2"
    asked, outcome = talk(compiled(), user(), status(404), status(500), link=linked())
    assert outcome.link is LinkEffect.DROP
    asked, outcome = talk(compiled(), user(), status(404), decision=DISABLED, link=linked())
    assert (len(asked), outcome.link) == (1, LinkEffect.DROP)
    asked, outcome = talk(compiled(fidelity={"lost_link": "fail"}), user(), status(404), link=linked())
    assert (outcome.error.code, outcome.link) == ("InvalidAnchor", LinkEffect.DROP)


def test_a_null_source_clears_nothing():
    """E34: source null or empty is no operation."""
    asked, _ = talk(compiled(), user(jobTitle=None), Found((ADA,)), link=linked())
    assert len(asked) == 1
    asked, _ = talk(compiled(), user(jobTitle=""), Found((ADA,)), link=linked())
    assert len(asked) == 1


def test_a_default_flows_on_creation_only():
    """E34: and kind none fills an empty target (E80)."""
    title = mapping("title", "[jobTitle]", default="Staff")
    asked, _ = talk(compiled(USER_NAME, title), user(jobTitle=None), NOBODY, Done("t9"))
    assert asked[1].body["title"] == "Staff"
    bare = {"id": "t1", "userName": "ada@contoso.example"}
    asked, _ = talk(compiled(USER_NAME, title), user(jobTitle=None), Found((bare,)), link=linked())
    assert len(asked) == 1
    none = mapping("locale", None, default="en-GB")
    asked, _ = talk(compiled(USER_NAME, none), user(), Found((bare,)), Done(), link=linked())
    assert asked[1].body["Operations"] == [{"op": "Add", "path": "locale", "value": "en-GB"}]
    asked, _ = talk(compiled(USER_NAME, none), user(), Found(({**bare, "locale": "de"},)), link=linked())
    assert len(asked) == 1


def test_apply_create_does_not_flow_on_update():
    """E35: only during object creation."""
    title = mapping("title", "[jobTitle]", apply="create")
    asked, _ = talk(compiled(USER_NAME, title), user(), NOBODY, Done("t9"))
    assert "title" in asked[1].body
    asked, _ = talk(compiled(USER_NAME, title), user(), Found(({**ADA, "title": "x"},)), link=linked())
    assert len(asked) == 1


def test_a_unique_value_flows_on_creation_only():
    """E112: whatever the mapping says, a name once given is not chosen again."""
    nick = mapping("nickName", "SelectUniqueValue([jobTitle], [mail])")
    asked, _ = talk(compiled(USER_NAME, nick), user(), NOBODY, Done("t9"))
    assert "nickName" in asked[1].body
    asked, _ = talk(compiled(USER_NAME, nick), user(), Found(({**ADA, "nickName": "x"},)), link=linked())
    assert len(asked) == 1


def test_a_missing_required_attribute_sends_nothing():
    """E103: AttributeValidationFailed."""
    rules = compiled(USER_NAME, mapping("title", "[jobTitle]", required=True))
    asked, outcome = talk(rules, user(jobTitle=None))
    assert asked == []
    assert outcome.skip_reason == "AttributeValidationFailed"


@pytest.mark.parametrize("source", ["[jobTitle]", None])
def test_a_default_gives_a_required_attribute_what_the_source_does_not(source):
    """E34, E103: it flows on creation, with a source or alone; an account that is there is left as it is by it."""
    rules = compiled(USER_NAME, mapping("title", source, required=True, default="Guest"))
    asked, outcome = talk(rules, user(jobTitle=None), NOBODY, Done("t9"))
    assert asked[1].body["title"] == "Guest"
    asked, outcome = talk(rules, user(jobTitle=None), Found(({**ADA, "title": "Boss"},)), link=linked())
    assert (len(asked), outcome.ending) == (1, Ending.UNCHANGED)


@pytest.mark.parametrize("page", [{"source": "[companyName]"}, {"constant": "https://contoso.example/ada"}])
def test_a_page_of_the_web_flows_as_it_is(page):
    """RFC 7643 section 4.1.1: a profileUrl is a reference, and yet to nobody's account."""
    rules = compiled(USER_NAME, mapping("profileUrl", **page))
    person = user(companyName="https://contoso.example/ada")
    asked, _ = talk(rules, person, NOBODY, Done("t9"))
    assert asked[1].body["profileUrl"] == "https://contoso.example/ada"
    asked, _ = talk(rules, person, Found(({**ADA, "profileUrl": "https://old.example"},)), Done("t1"), link=linked())
    assert asked[1].body["Operations"][0]["value"] == "https://contoso.example/ada"


def test_a_failing_expression_stops_its_object_alone():
    """F26: a breach is an error of that mapping on that object."""
    rules = compiled(USER_NAME, mapping("active", "[jobTitle]"))
    asked, outcome = talk(rules, user())
    assert asked == []
    assert (outcome.ending, outcome.error.code) == (Ending.FAILED, "AttributeMappingExpressionError")


def test_the_manager_waits_for_the_second_pass():
    """E27, E29, E50: never in the POST; then a PATCH of its own with the bare target id."""
    rules = compiled(USER_NAME, MANAGER)
    asked, outcome = talk(rules, user(manager={"id": "u2"}), NOBODY, Done("t9"))
    assert ENTERPRISE_USER not in asked[1].body
    path = f"{ENTERPRISE_USER}:manager"
    assert outcome.references == (Reference(path, "u2", None),)
    who = subject(rules, user(manager={"id": "u2"}))
    asked, _ = play(refer(who, context(rules), outcome.references[0], "t9", "t2"), Done())
    assert asked[0].body["Operations"] == [{"op": "Add", "path": path, "value": "t2"}]
    asked, _ = play(refer(who, context(rules), Reference(path, "u2", "t3"), "t9", "t2"), Done())
    assert asked[0].body["Operations"][0]["op"] == "Replace"
    asked, _ = play(refer(who, context(rules), Reference(path, "u2", "t2"), "t9", "t2"))
    assert asked == []


@pytest.mark.parametrize("held", ["t2", {"value": "t2"}, {"value": "t2", "$ref": "../Users/t2"}])
def test_a_manager_is_read_as_text_or_object(held):
    """E50, field bug 7: sent one way, returned the other."""
    rules = compiled(USER_NAME, MANAGER)
    body = {"id": "t1", "userName": "ada@contoso.example", ENTERPRISE_USER: {"manager": held}}
    _, outcome = talk(rules, user(manager="u2"), Found((body,)), link=linked())
    assert outcome.references[0].before == "t2"


def test_case_exact_attributes_are_compared_exactly():
    """E37: only then does case count."""
    exact = mapping("title", "[jobTitle]", case_exact=True)
    held = {**ADA, "title": "ENGINEER"}
    asked, _ = talk(compiled(USER_NAME, exact), user(), Found((held,)), Done(), link=linked())
    assert len(asked) == 2
    asked, _ = talk(compiled(USER_NAME, TITLE), user(), Found((held,)), link=linked())
    assert len(asked) == 1


def test_a_disable_goes_through_although_a_mapping_fails_or_is_missing():
    """Nothing about an attribute may keep an account open (E54)."""
    rules = compiled(USER_NAME, ACTIVE, mapping("title", "[jobTitle]", required=True))
    _, outcome = talk(rules, user(jobTitle=None), Found((ADA,)), Done(), decision=UNASSIGNED, link=linked())
    assert outcome.action is Action.DISABLE
    assert subject(rules, user(), UNASSIGNED, linked()).disposition is Disposition.DISABLE
