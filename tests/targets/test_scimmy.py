"""Real Links against scimmy, which takes no text for a boolean: the default dialect fails clearly, the flag passes."""

import json

import pytest

from tests.command import CONFIG, directory, person, provisioner
from tests.servers import REAL_LINKS, SCIMMY, scimmy


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with scimmy(tmp_path_factory.mktemp("scimmy")) as running:
        yield running


@pytest.mark.parametrize(("query", "code", "active"), [("", 3, True), ("?aadOptscim062020", 0, False)])
def test_a_disable_passes_with_the_flag_alone(server, tmp_path, query, code, active):
    """The whole extension arrives in both; without the flag who is blocked stays active, and the failure says why."""
    number = 1 + bool(query)
    somebody = person(number, companyName="Harbour")

    def run():
        snapshot = directory(tmp_path / "directory", [somebody])
        return provisioner(
            *("run", CONFIG / "real-links.toml", "--json", "--url", server.url + query, "--snapshot", snapshot),
            *("--state", tmp_path / "state.db"),
        )

    assert run().document["counts"]["create"] == 1
    account = server.users()[f"p{number}@contoso.example"]
    assert account["active"] is True
    assert account[REAL_LINKS]["title"] == "Engineer"
    assert account[REAL_LINKS]["organization"] == "Harbour"
    somebody["accountEnabled"] = False
    result = run()
    assert result.code == code
    assert server.users()[f"p{number}@contoso.example"]["active"] is active
    for failure in result.document["failures"]:
        assert failure["errorCode"] == "SystemForCrossDomainIdentityManagementBadRequest"
        assert 'the texts "True" and "False"' in failure["recommendedAction"]
        assert "aadOptscim062020" in failure["recommendedAction"]


def test_every_package_of_the_lock_is_pinned_by_its_hash():
    """And by no address, so that it comes from whatever registry a machine is set up for."""
    lock = json.loads((SCIMMY / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert {"node_modules/scimmy", "node_modules/scimmy-routers", "node_modules/express"} <= set(packages)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())
