"""Six servers whose lists cannot be believed, on raw sockets: what they say is never taken for *nobody* (F19, E12)."""

from itertools import count

import pytest

from provisioner.model.directory import ObjectKind
from provisioner.model.question import Find
from tests.adapters.http.servers import serving, target
from tests.runtime.cycles import Company, counted
from tests.runtime.raw_endpoint import RawEndpoint, listing, said


def stranger(number):
    return {"id": f"s{number}", "userName": f"stranger{number}@contoso.example", "active": True}


LIES = {
    "paging that never ends": lambda n: listing(10**9, stranger(n), itemsPerPage=1, startIndex=n, nextCursor=f"c{n}"),
    "the same page again and again": lambda n: listing(6, stranger(1), stranger(2), itemsPerPage=2),
    "a list that shrinks": lambda n: listing(max(9 - n, 1)),
    "a startIndex that is ignored": lambda n: listing(2000, *map(stranger, range(100)), startIndex=1),
    "a total above an empty page": lambda n: listing(1, itemsPerPage=100),
    "a total below what is listed": lambda n: listing(0, stranger(n)),
}


def liar(lie, about):
    """An endpoint that lies about everybody whose name contains a text."""
    turns = count(1)

    def trouble(question):
        lies = isinstance(question, Find) and about in question.value
        return said("200 OK", lie(next(turns))) if lies else None

    return RawEndpoint(trouble=trouble)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_lie_never_becomes_an_absence(tmp_path, lie):
    """P2: one request and no more; nobody is created or adopted for it; once the lie ends there is one account."""
    company, endpoint = Company(tmp_path, people=1), liar(lie, "@contoso")
    async with serving(endpoint) as server, target(server.url) as company.target:
        report = await company.cycle()
        assert (counted(report), report.exit_code) == ({"fail": 1}, 3)
        assert [type(question) for question in endpoint.heard] == [Find, Find]
        with company.memory() as memory:
            assert list(memory.links(ObjectKind.USER)) == []
            assert len(list(memory.escrows())) == 1
        endpoint.trouble = lambda _: None
        assert counted(await company.cycle()) == {"create": 1}
    assert list(endpoint.model.users()) == ["p1@contoso.example"]


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_lie_to_the_probe_ends_the_cycle(tmp_path, lie):
    """E13, E91: whoever finds somebody under a random value, or promises him, speaks no SCIM; nothing follows."""
    company, endpoint = Company(tmp_path, people=3), liar(lie, "")
    async with serving(endpoint) as server, target(server.url) as company.target:
        report = await company.cycle()
    assert (report.exit_code, report.quarantine.reason) == (5, "EncounteredQuarantineException")
    assert [type(question) for question in endpoint.heard] == [Find]
