"""A sandbox behind a real socket, empty and well-behaved at the start of every test."""

from collections.abc import Iterator

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.sandbox.client import Scim

TWO_USERS = [{"id": "1", "userName": "Ada", "active": True}, {"id": "2", "userName": "Ben", "active": False}]


@pytest.fixture(scope="session")
def scim_target() -> Iterator[Scim]:
    with SandboxServer(Sandbox("scim", seed=1)) as server, Scim(server) as client:
        yield client


@pytest.fixture(scope="session")
def real_links_target() -> Iterator[Scim]:
    with SandboxServer(Sandbox("real-links", seed=1)) as server, Scim(server) as client:
        yield client


def _fresh(target: Scim) -> Scim:
    target.sandbox.set_faults([])
    target.sandbox.load({})
    target.sandbox.requests.clear()
    return target


@pytest.fixture
def scim(scim_target) -> Scim:
    """The application with users, enterprise extension and groups."""
    return _fresh(scim_target)


@pytest.fixture
def real_links(real_links_target) -> Scim:
    """The application with users alone."""
    return _fresh(real_links_target)


@pytest.fixture
def faulty(scim):
    """The sandbox with two users and a group of both, misbehaving as told."""

    def set_up(*faults):
        members = [{"value": "1"}, {"value": "2"}]
        scim.sandbox.load({"Users": TWO_USERS, "Groups": [{"id": "g", "displayName": "Staff", "members": members}]})
        scim.sandbox.set_faults(faults)
        return scim

    return set_up
