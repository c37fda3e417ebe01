"""The token every golden story is told with."""

import pytest


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret token E5 speaks of."""
    monkeypatch.setenv("GOLDEN_TOKEN", "s3cret")
    monkeypatch.setenv("SCIM_TOKEN", "s3cret")
