"""The forms of target paths."""

import pytest

from provisioner.model.errors import InputError
from provisioner.model.path import Selector, parse_path

FORMS = {
    "userName": ("", "userName", "", None),
    "name.givenName": ("", "name", "givenName", None),
    'emails[type eq "work"].value': ("", "emails", "value", Selector("type", "work")),
    "phoneNumbers[primary eq true].value": ("", "phoneNumbers", "value", Selector("primary", "true")),
    "urn:x:y:2.0:User:department": ("urn:x:y:2.0:User", "department", "", None),
    "urn:x:y:2.0:User:manager.value": ("urn:x:y:2.0:User", "manager", "value", None),
    "urn:scim:schemas:extension:enterprise:1.0.department": (
        "urn:scim:schemas:extension:enterprise:1.0",
        "department",
        "",
        None,
    ),
    'emails.[type eq "work"].address': ("", "emails", "address", Selector("type", "work")),
}


@pytest.mark.parametrize(("text", "parts"), FORMS.items(), ids=FORMS)
def test_a_path_is_read_and_keeps_its_text(text, parts):
    """All forms of SCIM, and two that older gallery applications write."""
    path = parse_path(text)
    assert (path.urn, path.attribute, path.sub, path.selector) == parts
    assert path.text == text


@pytest.mark.parametrize(
    "text",
    ["", "urn:x", "urn:x:y:1.0", "a.b.c", "emails[0].value", 'emails[type eq "work" and primary eq "true"].value'],
)
def test_what_is_no_path_is_refused(text):
    """A second comparison is no part of the first one's value."""
    with pytest.raises(InputError):
        parse_path(text)
