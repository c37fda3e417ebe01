"""What the server says of itself (RFC 7643 sections 5-7, RFC 7644 section 4)."""

import pytest

from tests.sandbox.client import CORE, ENTERPRISE, GROUP, REAL_LINKS


def test_the_server_says_what_it_can_do(scim):
    """ServiceProviderConfig: patch, filter and sort; no bulk, no ETags."""
    config = scim.http.get("/ServiceProviderConfig").json()

    supported = {feature for feature, value in config.items() if isinstance(value, dict) and value.get("supported")}
    assert supported == {"patch", "filter", "sort"}


def test_each_application_describes_its_own_resources(scim, real_links):
    """ResourceTypes and Schemas of both applications, in a list and one by one."""
    for client, types, schemas in (
        (scim, ["User", "Group"], [CORE, ENTERPRISE, GROUP]),
        (real_links, ["User"], [CORE, REAL_LINKS]),
    ):
        listed = client.http.get("/ResourceTypes").json()
        assert [each["id"] for each in listed["Resources"]] == types
        assert [each["id"] for each in client.http.get("/Schemas").json()["Resources"]] == schemas
        for each in listed["Resources"]:
            assert client.http.get(f"/ResourceTypes/{each['id']}").json() == each
        for urn in schemas:
            assert client.http.get(f"/Schemas/{urn}").json()["id"] == urn


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/Schemas/none", 404), ("GET", "/ResourceTypes/none", 404), ("POST", "/Schemas", 405)],
)
def test_what_is_not_there_is_refused(scim, method, path, status):
    """SCIM Errors here as well."""
    assert scim.http.request(method, path).json()["status"] == str(status)
