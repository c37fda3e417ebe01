"""What a failure says: the portal's code, and the usual cause, chosen from what was asked and what came back."""

import pytest

from provisioner.engine import trouble
from provisioner.engine.causes import CAUSES
from provisioner.engine.suspects import SUSPECTS
from provisioner.engine.trouble import diagnose
from provisioner.model.answer import Exchange, Fault, FaultKind, Refused, Unknown
from provisioner.model.directory import ObjectKind
from provisioner.model.path import ENTERPRISE_USER
from provisioner.model.question import Create, Find, Modify, Read, Remove

USER, GROUP = ObjectKind.USER, ObjectKind.GROUP
FIND = Find(USER, "userName", "ada")
PROBE = Find(USER, "userName", "ada", probe=True)
READ = Read(USER, "1")
CREATE = Create(USER, {"schemas": [], "userName": "ada", "urn:custom:User": {"a": "b"}})
REMOVE = Remove(USER, "1")
PAGE = "<!DOCTYPE html><title>Blocked</title>"


def patch(op, path, value, kind=USER):
    """A PATCH of one operation."""
    operation = {"op": op, "path": path, "value": value} if path else {"op": op, "value": value}
    return Modify(kind, "1", {"Operations": [operation]})


def refused(question, status, said="", kind=FaultKind.STATUS):
    """What is said of a question that was answered so."""
    return diagnose(question, Refused(Fault(kind, said, status), Exchange("", "", status=status, response=said)))


MEMBER = [{"value": "2"}]
ROLES = [{"value": '{"id":"1"}'}]
CASES = [
    (FIND, 403, PAGE, "without a User-Agent"),
    (FIND, 406, "", "Accept header"),
    (CREATE, 415, "", "application/scim+json"),
    (REMOVE, 405, "", "Implement DELETE"),
    (patch("Add", "title", "x"), 405, "", "Implement PATCH"),
    (Find(GROUP, "displayName", "x"), 404, "", "Implement /Groups"),
    (FIND, 404, "Not Found", "never with 404"),
    (FIND, 400, "invalidFilter", "filter by this attribute"),
    (CREATE, 409, "no licence is left", "refuses for another reason"),
    (CREATE, 400, "the extension is not listed in schemas", "custom_schemas"),
    (CREATE, 400, "unknown attribute nickName", "leave its mapping out"),
    (patch("Add", f"{ENTERPRISE_USER}:manager", "2"), 404, "User 1 not found", "was answered with"),
    (patch("Replace", "title", "x"), 400, "op must be one of add, remove, replace", "without regard to case"),
    (patch("add", "members", MEMBER, GROUP), 404, "no member 2", "knows the group and the member"),
    (patch("remove", "members", MEMBER, GROUP), 400, "remove needs a filter", "members in its value"),
    (patch("remove", 'members[value eq "2"]', None, GROUP), 400, "invalidPath", "take away that member alone"),
    (patch("replace", "active", "False"), 400, "active must be a boolean", "as booleans"),
    (patch("add", 'roles[primary eq "True"].value', "x"), 400, "cannot read the selector", "[primary eq true]"),
    (patch("add", 'emails[type eq "work"].value', "x"), 400, "noTarget", "Create the element"),
    (patch("add", f"{ENTERPRISE_USER}:manager", "2"), 400, "expected object", "manager as a bare id"),
    (patch("add", "roles", ROLES), 400, "no such role", "JSON text"),
    (patch("add", f"{ENTERPRISE_USER}:department", "x"), 400, "invalidPath", "last colon"),
    (patch("replace", "", {"name.givenName": "x"}), 400, "no path", "without path"),
]
UNREADABLE = [
    (FIND, PAGE, "Check the tenant URL"),
    (FIND, "Resources is not a list of resources", "null is no list"),
    (FIND, "the body is not a ListResponse", "with a ListResponse"),
    (CREATE, "a resource has no id", "its id a text"),
]


@pytest.mark.parametrize(("question", "status", "said", "advice"), CASES)
def test_a_refusal_names_its_usual_cause(question, status, said, advice):
    """The sentence belongs to what was asked and to what the target said."""
    assert advice in refused(question, status, said).recommended_action


@pytest.mark.parametrize(("question", "said", "advice"), UNREADABLE)
def test_an_unreadable_success_names_its_usual_cause(question, said, advice):
    """E16, E29: what a success has to hold."""
    assert advice in refused(question, 200, said, FaultKind.UNREADABLE).recommended_action


def test_no_remedy_stands_in_the_tables_in_vain():
    """Every cause and every suspect is reached by a case above."""
    reached = {refused(question, status, said).recommended_action for question, status, said, _ in CASES}
    reached |= {
        refused(question, 200, said, FaultKind.UNREADABLE).recommended_action for question, said, _ in UNREADABLE
    }
    assert {entry.remedy for entry in (*CAUSES, *SUSPECTS)} <= reached


def test_a_target_that_does_not_say_why_gets_the_usual_suspects():
    """The unusual in the PATCH, the likeliest first; a PATCH without anything unusual gets the status's advice."""
    action = refused(patch("Replace", "active", "False"), 400, "Bad Request").recommended_action
    assert action.startswith("Usual causes: Compare op")
    assert "as booleans" in action
    assert refused(patch("replace", "title", "x"), 400).recommended_action.startswith("Compare the request")


CODES = [
    (PROBE, 401, "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"),
    (PROBE, 404, "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"),
    (FIND, 401, "Unauthorized"),
    (READ, 403, "InsufficientRights"),
    (READ, 404, "InvalidAnchor"),
    (CREATE, 409, "SystemForCrossDomainIdentityManagementServiceIncompatibleFiltering"),
    (patch("replace", "userName", "x"), 409, "EntryConflict"),
    (CREATE, 418, "SystemForCrossDomainIdentityManagementBadRequest"),
    (CREATE, 422, "UnprocessableEntity"),
    (CREATE, 429, "TooManyRequests"),
    (CREATE, 501, "NotImplemented"),
    (CREATE, 503, "SystemForCrossDomainIdentityManagementServerError"),
]


@pytest.mark.parametrize(("question", "status", "code"), CODES)
def test_a_status_has_the_code_of_the_portal(question, status, code):
    """E104."""
    assert refused(question, status).code == code


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_trouble_has_a_code_and_advice(kind):
    """Nothing is left without a word on what to do; an uncertain write says that it may have happened."""
    error = diagnose(CREATE, Unknown(Fault(kind, "", None)))
    assert error.code
    assert error.recommended_action
    assert kind is FaultKind.STATUS or kind in trouble._BY_KIND
    assert "may have happened" in error.reason
    assert "may have happened" not in diagnose(FIND, Unknown(Fault(kind, "", None))).reason
