"""What holds for every request of every story (E1, E3, E7, E9)."""

import json

import pytest

from tests.golden.office import EXPECTED

STORIES = sorted(EXPECTED.glob("*.http"))
METHODS = {"GET", "POST", "PATCH", "DELETE"}
HEADERS = {"Host", "Authorization", "ADSCIMVersion", "Accept", "Content-Type", "Content-Length"}


def requests(text):
    """Method, target, headers and body of every request of a story."""
    for block in text.split("\n\n"):
        line, _, rest = block.partition("\n")
        method, _, target = line.removesuffix(" HTTP/1.1").partition(" ")
        if line.endswith(" HTTP/1.1"):
            yield method, target, dict(header.split(": ", 1) for header in rest.strip().split("\n"))


def bodies(text):
    """Every body of a story."""
    return [line for line in text.split("\n") if line.startswith("{")]


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_no_request_is_of_another_kind(path):
    """E1, E3, E7, E9: four methods, two collections, six headers, types on bodies only, no paging, no last slash."""
    text = path.read_text()
    found = list(requests(text))
    assert len(found) == text.count(" HTTP/1.1\n")
    for method, target, headers in found:
        path_, _, query = target.partition("?")
        assert method in METHODS
        assert path_.removeprefix("/scim/v2").split("/")[1] in ("Users", "Groups")
        assert len(path_.split("/")) == 5 if method in ("PATCH", "DELETE") else len(path_.split("/")) in (4, 5)
        assert not path_.endswith("/")
        assert not {"startIndex", "count", "attributes"} & {part.partition("=")[0] for part in query.split("&")}
        assert headers.keys() <= HEADERS
        assert ("Content-Type" in headers) is (method in ("POST", "PATCH"))
        assert headers["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_bodies_are_compact_and_hold_no_null(path):
    """E34, E40, E46: no spaces between, nothing null or empty but a new group's members, schemas first."""
    for body in bodies(path.read_text()):
        value = json.loads(body)
        assert json.dumps(value, separators=(",", ":"), ensure_ascii=False) == body
        assert next(iter(value)) == "schemas"
        assert ":null" not in body
        assert '""' not in body.replace('\\"', "")
