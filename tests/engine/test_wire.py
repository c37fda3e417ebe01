"""Questions as requests (E3-E7, E39-E46, E59, E70, F22). The bytes on a socket are in tests/adapters/http."""

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.wire import TenantUrl, Unwritable, WireRequest, filter_text, headers_of, request_of, segment
from provisioner.model.directory import ObjectKind
from provisioner.model.fidelity import Fidelity
from provisioner.model.question import Create, Find, Modify, Question, Read, Remove

DEFAULT = Fidelity()
TENANT = TenantUrl.parse("https://scim.example.com/scim/v2/?aadOptscim062020&x=1")
AT = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def target(question: Question, tenant: TenantUrl = TENANT, fidelity: Fidelity = DEFAULT) -> str:
    return request_of(question, tenant, fidelity).target


@pytest.mark.parametrize(
    ("url", "origin", "path", "query"),
    [
        ("https://a.example", "https://a.example", "", ""),
        ("https://a.example/", "https://a.example", "", ""),
        ("https://a.example:8443/scim/v2", "https://a.example:8443", "/scim/v2", ""),
        ("https://a.example/scim/v2/?", "https://a.example", "/scim/v2", ""),
        ("https://a.example?x=/y", "https://a.example", "", "x=/y"),
        ("https://a.example/s?x=?y", "https://a.example", "/s", "x=?y"),
        ("https://a.example/Straße%20?ü=1", "https://a.example", "/Stra%C3%9Fe%20", "%C3%BC=1"),
        ("http://[::1]:8808/scim", "http://[::1]:8808", "/scim", ""),
    ],
)
def test_a_tenant_url_is_kept_as_typed(url: str, origin: str, path: str, query: str) -> None:
    """E7: only the trailing slash goes, and what no request line can carry is encoded."""
    tenant = TenantUrl.parse(url)
    assert (tenant.origin, tenant.path, tenant.query) == (origin, path, query)
    assert tenant.base == origin + path


@pytest.mark.parametrize(
    ("query", "flag"),
    [
        ("", False),
        ("aadOptscim062020", True),
        ("AADOPTSCIM062020=", True),
        ("x=1&aadOptscim062020=false&y", True),
        ("x=aadOptscim062020", False),
        ("aadOptscim0620201", False),
        ("AzureAdScimPatch2017", False),
        ("azureadscimpatch2017&aadOptscim062020", False),
    ],
)
def test_the_flag_is_a_key_of_the_query(query: str, flag: bool) -> None:
    """E70: any or no value, case ignored; the way back outweighs it."""
    assert TenantUrl.parse("https://a.example/scim?" + query).flag is flag


def test_the_tenants_query_stays_on_every_request() -> None:
    """E7, E59, E70: first by default, or last by setting; excludedAttributes before the filter."""
    find = Find(ObjectKind.GROUP, "displayName", "a", exclude_members=True)
    own, excluded, wanted = "aadOptscim062020&x=1", "excludedAttributes=members", "filter=displayName+eq+%22a%22"
    last = Fidelity(tenant_query="last")
    assert target(find) == f"/scim/v2/Groups?{own}&{excluded}&{wanted}"
    assert target(find, fidelity=last) == f"/scim/v2/Groups?{excluded}&{wanted}&{own}"
    assert target(Read(ObjectKind.GROUP, "7", exclude_members=True)) == f"/scim/v2/Groups/7?{own}&{excluded}"
    for question in (Read(ObjectKind.USER, "7"), Modify(ObjectKind.USER, "7", {}), Remove(ObjectKind.USER, "7")):
        assert target(question) == f"/scim/v2/Users/7?{own}"
    assert target(Create(ObjectKind.USER, {})) == f"/scim/v2/Users?{own}"


def test_without_a_tenant_query_there_is_no_question_mark() -> None:
    """E7: nothing is added that was not asked for."""
    assert target(Remove(ObjectKind.GROUP, "7"), TenantUrl.parse("https://a.example/")) == "/Groups/7"


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("userName", "a@b.example", "userName+eq+%22a%40b.example%22"),
        ("userName", "a b+c", "userName+eq+%22a+b%2bc%22"),
        ("userName", 'a"b\\c', "userName+eq+%22a%5C%22b%5C%5Cc%22"),
        ("userName", "o'neill&co=1;#2/3?", "userName+eq+%22o%27neill%26co%3d1%3b%232%2f3%3f%22"),
        ("userName", "-_.!*()~", "userName+eq+%22-_.!*()%7e%22"),
        ("userName", "jörg\n", "userName+eq+%22j%C3%B6rg%5Cn%22"),
        ('emails[type eq "work"].value', "x", "emails%5btype+eq+%22work%22%5d.value+eq+%22x%22"),
        (
            "urn:ietf:params:scim:schemas:extension:x:2.0:User:id",
            "1",
            "urn%3aietf%3aparams%3ascim%3aschemas%3aextension%3ax%3a2.0%3aUser%3aid+eq+%221%22",
        ),
    ],
)
def test_filters_are_form_encoded(path: str, value: str, text: str) -> None:
    """E6, E36: JSON escapes inside the value first, then the form encoding of .NET; the path verbatim."""
    assert filter_text(path, value, DEFAULT) == text


def test_the_inner_escape_can_be_left_out() -> None:
    """E6: the evidence for it is thin, so it is a setting."""
    assert filter_text("userName", 'a"b\\c', Fidelity(filter_escape="none")) == "userName+eq+%22a%22b%5Cc%22"


@pytest.mark.parametrize(
    ("letters", "text"),
    [("lower", "a%5bb%5d+eq+%22%2b%C3%BC%252B%22"), ("upper", "a%5Bb%5D+eq+%22%2B%C3%BC%252B%22")],
)
def test_the_letters_of_reserved_characters(letters: Literal["lower", "upper"], text: str) -> None:
    """E6: small ones in form encoding, or capital ones by the setting; what the value itself spells so stays."""
    assert filter_text("a[b]", "+ü%2B", Fidelity(filter_letters=letters)) == text


@given(st.text())
def test_any_value_arrives_whole(value: str) -> None:
    """E6: what the server decodes is the filter, and the value in it is the value asked for."""
    split = urlsplit("https://a.example" + target(Find(ObjectKind.USER, "userName", value)))
    filters = [text for key, text in parse_qsl(split.query, keep_blank_values=True) if key == "filter"]
    assert len(filters) == 1
    assert orjson.loads(filters[0].removeprefix("userName eq ")) == value
    assert split.path == "/scim/v2/Users"
    assert split.query.isascii()


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")))
def test_any_id_is_one_segment_of_the_same_path(id: str) -> None:
    """F22: whatever a target calls its accounts, a request meets that one and nothing else."""
    for question in (Read(ObjectKind.USER, id), Modify(ObjectKind.USER, id, {}), Remove(ObjectKind.USER, id)):
        split = urlsplit("https://scim.example.com" + target(question))
        assert split.netloc == "scim.example.com"
        assert split.query == TENANT.query
        assert not split.fragment
        *folder, last = split.path.split("/")
        assert folder == ["", "scim", "v2", "Users"]
        assert unquote(last) == id


@pytest.mark.parametrize("id", ["", ".", ".."])
@pytest.mark.parametrize("verb", [Read, Remove])
def test_ids_that_would_name_another_path_are_not_sent(verb: type[Read | Remove], id: str) -> None:
    """F22: DELETE /Users/ or /Users/.. would meet everybody; servers undo even an encoded dot."""
    with pytest.raises(Unwritable, match="cannot stand in a URL"):
        target(verb(ObjectKind.GROUP, id))


def test_half_a_surrogate_pair_in_an_id() -> None:
    """F22: an id is never a reason to fail in the encoding."""
    assert unquote_to_bytes(segment("\ud800")) == b"\xed\xa0\x80"


@pytest.mark.parametrize("body", [{"a": "\ud800"}, {"a": 2**64}, {"a": {1, 2}}, {1: "a"}])
def test_bodies_json_cannot_hold(body: dict[Any, Any]) -> None:
    """They are refused here, where it is certain that nothing was sent."""
    with pytest.raises(Unwritable):
        request_of(Create(ObjectKind.USER, body), TENANT, DEFAULT)


@pytest.mark.parametrize("escape", ["json", "none"])
def test_values_no_filter_can_hold(escape: Any) -> None:
    """The same for half a surrogate pair in a matching value."""
    with pytest.raises(Unwritable, match="userName"):
        target(Find(ObjectKind.USER, "userName", "\udfff"), fidelity=Fidelity(filter_escape=escape))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_bodies_are_compact_json_in_the_order_given(body: dict[str, Any]) -> None:
    """E40, E41: no spaces, keys as they come, letters beyond ASCII as UTF-8."""
    for question in (Create(ObjectKind.USER, body), Modify(ObjectKind.USER, "7", body)):
        sent = request_of(question, TENANT, DEFAULT).body
        assert list(orjson.loads(sent)) == list(body)
        assert orjson.loads(sent) == body
    assert request_of(Create(ObjectKind.USER, {"b": [1, "ü"], "a": {}}), TENANT, DEFAULT).body == (
        '{"b":[1,"ü"],"a":{}}'.encode()
    )


@pytest.mark.parametrize(
    ("question", "method"),
    [
        (Find(ObjectKind.USER, "userName", "a"), "GET"),
        (Read(ObjectKind.USER, "7"), "GET"),
        (Create(ObjectKind.USER, {}), "POST"),
        (Modify(ObjectKind.USER, "7", {}), "PATCH"),
        (Remove(ObjectKind.USER, "7"), "DELETE"),
    ],
)
def test_methods(question: Question, method: str) -> None:
    """E9: five questions, four methods, never PUT; only writes of a body have one."""
    request = request_of(question, TENANT, DEFAULT)
    assert request.method == method
    assert bool(request.body) is (method in ("POST", "PATCH"))


def test_headers() -> None:
    """E1-E4: in this order, and no others."""
    with_body, without = WireRequest("POST", "/", b"{}"), WireRequest("GET", "/")
    version = ("ADSCIMVersion", "Date:2026-03-04T05:06:07.0000890Z, ActivityId:some-guid")
    content = (("Content-Type", "application/scim+json; charset=utf-8"), ("Content-Length", "2"))
    accept = ("Accept", "application/scim+json")
    asks = Fidelity(accept="application/scim+json")
    assert headers_of(without, DEFAULT, activity="some-guid", at=AT) == (version,)
    assert headers_of(with_body, DEFAULT, activity="some-guid", at=AT) == (version, *content)
    assert headers_of(with_body, asks, activity="some-guid", at=AT) == (version, accept, *content)
    old = Fidelity(adscimversion="5.0")
    assert headers_of(without, old, activity="some-guid", at=AT) == (("ADSCIMVersion", "5.0"),)
