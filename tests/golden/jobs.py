"""The jobs of the stories: the shipped one, and others of a few mapping lines."""

import pytest

from tests.command import CONFIG

FLAG = "?aadOptscim062020"
DIALECTS = pytest.mark.parametrize(("dialect", "query"), [("default", ""), ("flag", FLAG)], ids=["default", "flag"])

OLD_HEADERS = '[fidelity]\nadscimversion = "5.0"\n'
"""Without the time and the guid of 2026; more settings may follow."""

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER_NAME = '{ target = "userName", source = "[userPrincipalName]", match = 1 }'
ACTIVE = """{ target = "active", source = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")' }"""
TITLE = '{ target = "title", source = "[jobTitle]" }'
MANAGER = f'{{ target = "{ENTERPRISE}:manager", source = "[manager]" }}'
GROUPS = (
    '{ target = "displayName", source = "[displayName]", match = 1 }',
    '{ target = "externalId", source = "[objectId]" }',
    '{ target = "members", source = "[members]" }',
)

SCIM = (CONFIG / "scim.toml").read_text().replace("# member_patches_in_flight = 5", "member_patches_in_flight = 1")
"""The shipped job with the default mapping; one member at a time, so that the order on the wire is always the same."""


def job(*mappings: str, groups: tuple[str, ...] = (), more: str = "") -> str:
    """A job file with these mapping lines. ``more`` is TOML that begins with a table."""
    tables = [("users", mappings), *([("groups", groups)] if groups else [])]
    rules = "\n".join(f"[{table}]\nmappings = [{', '.join(lines)}]" for table, lines in tables)
    head = 'name = "golden"\n[source]\nsnapshot = "directory"\n[target]\nurl = "http://127.0.0.1:1"\n'
    limits = "" if "[limits]" in more else "[limits]\nmember_patches_in_flight = 1\n"
    return f'{head}token = "env:SCIM_TOKEN"\n{rules}\n{limits}{more}'
