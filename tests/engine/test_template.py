"""Bodies filled into a template are those built step by step, whatever is mapped in whatever order."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.resource import build
from provisioner.engine.template import Gap, template
from provisioner.model.directory import ObjectKind
from provisioner.model.path import parse_path

PATHS = (
    "userName",
    "externalId",
    "active",
    "displayName",
    "name.familyName",
    "name.formatted",
    'emails[type eq "work"].value',
    'emails[type eq "work"].type',
    'emails[type eq "home"].value',
    'emails[primary eq "True"].value',
    "emails.display",
    'addresses[type eq "work"].locality',
    'addresses[type eq "work"].country',
    'roles[primary eq "True"].type',
    "urn:ietf:params:scim:schemas:core:2.0:User:title",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:extension:contoso:2.0:User:shoe.size",
)


class Unlike(str):
    """A text that is built step by step, for it is no plain one."""

    __slots__ = ()


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from(PATHS), st.sampled_from(["work", "home", "True", "x", ""])), unique_by=lambda p: p[0]
    ),
    st.booleans(),
)
def test_a_filled_body_is_the_built_one(values: list[tuple[str, str]], listed: bool) -> None:
    """A template gives, value by value, the very body that is built without one, order of keys included."""
    paths = [(parse_path(path), value) for path, value in values]

    filled, built = (
        build(ObjectKind.USER, [(path, made(value)) for path, value in paths], list_custom_schemas=listed)
        for made in (str, Unlike)
    )

    assert repr(filled) == repr(built)


def test_values_go_where_the_gaps_are_and_the_rest_stays() -> None:
    """Filled twice, it gives two bodies, each with its own values."""
    fill = template({"a": Gap(1), "b": [{"c": Gap(0), "d": True}], "e": []})

    assert fill(["x", 2]) == {"a": 2, "b": [{"c": "x", "d": True}], "e": []}
    assert fill([None, "y"]) == {"a": "y", "b": [{"c": None, "d": True}], "e": []}


def test_two_bodies_of_one_shape_share_no_value_that_was_filled_in() -> None:
    """What is nested is made anew for each: nobody's name stands in another's body."""
    first, second = (_named(name) for name in ("Ada", "Zoë"))

    assert (first["name"], second["name"]) == ({"givenName": "Ada"}, {"givenName": "Zoë"})


def _named(name: str) -> dict[str, Any]:
    return build(ObjectKind.USER, [(parse_path("name.givenName"), name)], list_custom_schemas=True)
