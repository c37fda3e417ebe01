"""A sandbox with groups behind a real socket, empty and well-behaved at the start of each test."""

import pytest

from provisioner.sandbox import Sandbox, SandboxServer
from tests.targets.rehearsal import TOKEN
from tests.targets.relay import Relay


@pytest.fixture(scope="session")
def _serving():
    with SandboxServer(Sandbox("scim", token=TOKEN, seed=1)) as running:
        yield running


@pytest.fixture
def sandbox(_serving):
    """What the server holds, saw, and does wrong."""
    _serving.sandbox.set_faults([])
    _serving.sandbox.load({})
    _serving.sandbox.requests.clear()
    return _serving.sandbox


@pytest.fixture
def url(_serving, sandbox):
    """Its tenant URL."""
    return _serving.url


@pytest.fixture
def relay(url):
    """Something between the program and the server, that can misbehave in its place."""
    with Relay(url) as between:
        yield between
