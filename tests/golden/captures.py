"""Requests of the service that makers of SCIM servers have shown in public, under other names.

Each is told by the thread it stands in. An account that is there already is found by its name and compared, so that one
cycle sends the request; what the account holds decides between adding and replacing (E47).
"""

from dataclasses import dataclass, field
from typing import Any

from tests.golden.jobs import ENTERPRISE, FLAG, MANAGER, TITLE, USER_NAME
from tests.golden.office import person


def mapped(target: str, source: str) -> str:
    """A mapping line: an attribute as it is."""
    return f"{{ target = '{target}', source = \"[{source}]\" }}"


CUSTOM = "urn:ietf:params:scim:schemas:extension:custom:2.0:User"
WORK = mapped('emails[type eq "work"].value', "mail")
OFFICE = mapped('addresses[type eq "work"].formatted', "physicalDeliveryOfficeName")
GIVEN, FAMILY = mapped("name.givenName", "givenName"), mapped("name.familyName", "surname")
FORMATTED, DISPLAY = mapped("name.formatted", "displayName"), mapped("displayName", "displayName")
DEPARTMENT, DIVISION = mapped(f"{ENTERPRISE}:department", "department"), mapped(f"{ENTERPRISE}:division", "city")
ORGANIZATION, NUMBER = (
    mapped(f"{ENTERPRISE}:organization", "companyName"),
    mapped(f"{ENTERPRISE}:employeeNumber", "employeeId"),
)
EMPLOYEE, WORKSITE = mapped(f"{CUSTOM}:employeeNumber", "employeeId"), mapped(f"{CUSTOM}:worksiteId", "city")
MATCHING_ID = '{ target = "externalId", source = "[employeeId]", match = 1 }'
ACTIVE = '{ target = "active", source = "Not([IsSoftDeleted])" }'
ROLE = """{ target = 'roles[primary eq "True"].%s', source = "SingleAppRoleAssignment([appRoleAssignments])" }"""
ROLES = '{ target = "roles", source = "AppRoleAssignmentsComplex([appRoleAssignments])" }'

SCHEMAS = f'{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","{ENTERPRISE}"],'
PATCH = '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":'
META = '"meta":{"resourceType":"User"}'
ADA = "ada@contoso.example"
NAME = f'"userName":"{ADA}"'


@dataclass(frozen=True)
class Capture:
    """A request and what it takes: the thread, the mappings, who is in the directory, the account that is there."""

    thread: str
    mappings: tuple[str, ...]
    sent: str
    ada: dict[str, Any] = field(default_factory=dict)
    there: dict[str, Any] | None = None
    query: str = ""
    roles: tuple[tuple[str, str, str], ...] = ()


CAPTURES = [
    Capture(
        "limosa-io/laravel-scim-server#34: two replaced by value path, one of the enterprise extension added",
        (USER_NAME, WORK, OFFICE, DEPARTMENT),
        PATCH + '[{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"ada@contoso.example"},'
        '{"op":"Replace","path":"addresses[type eq \\"work\\"].formatted","value":"18/2111"},'
        f'{{"op":"Add","path":"{ENTERPRISE}:department","value":"Retail"}}]}}',
        ada={"mail": ADA, "officeLocation": "18/2111", "department": "Retail"},
        there={"emails": [{"type": "work", "value": "a@b.c"}], "addresses": [{"type": "work", "formatted": "1"}]},
    ),
    Capture(
        "learn.microsoft.com/answers/questions/1684621: created with a custom extension that schemas does not name",
        (USER_NAME, ACTIVE, TITLE, WORK, GIVEN, FAMILY, EMPLOYEE, WORKSITE),
        f'{SCHEMAS}{NAME},"active":true,"emails":[{{"primary":true,"type":"work","value":"{ADA}"}}],{META},'
        '"name":{"familyName":"King","givenName":"Ada"},"title":"tester",'
        f'"{CUSTOM}":{{"employeeNumber":"99887766","worksiteId":"180"}}}}',
        ada={
            "mail": ADA,
            "jobTitle": "tester",
            "givenName": "Ada",
            "surname": "King",
            "employeeId": "99887766",
            "city": "180",
        },
    ),
    Capture(
        "learn.microsoft.com/answers/questions/1684621: a server that returns no emails is sent an Add every time",
        (USER_NAME, TITLE, WORK),
        PATCH + '[{"op":"Replace","path":"title","value":"tester"},'
        f'{{"op":"Add","path":"emails[type eq \\"work\\"].value","value":"{ADA}"}}]}}',
        ada={"mail": ADA, "jobTitle": "tester"},
        there={"title": "scim tester"},
    ),
    Capture(
        "learn.microsoft.com/answers/questions/120490: the first part of an address that is not there",
        (USER_NAME, OFFICE),
        PATCH + '[{"op":"Add","path":"addresses[type eq \\"work\\"].formatted","value":"Columbus"}]}',
        ada={"officeLocation": "Columbus"},
        there={},
    ),
    Capture(
        "ssoready/ssoready#228: a marriage, the operations in the order of that job's mappings",
        (MATCHING_ID, DISPLAY, WORK, mapped("userName", "userPrincipalName"), FAMILY, FORMATTED),
        PATCH + '[{"op":"Replace","path":"displayName","value":"Ada King"},'
        f'{{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"{ADA}"}},'
        f'{{"op":"Replace","path":"userName","value":"{ADA}"}},'
        '{"op":"Replace","path":"name.familyName","value":"King"},'
        '{"op":"Replace","path":"name.formatted","value":"Ada King"}]}',
        ada={"employeeId": "1815", "displayName": "Ada King", "mail": ADA, "surname": "King"},
        there={
            "externalId": "1815",
            "userName": "byron@contoso.example",
            "displayName": "Ada Byron",
            "emails": [{"type": "work", "value": "byron@contoso.example"}],
            "name": {"familyName": "Byron", "formatted": "Ada Byron"},
        },
    ),
    Capture(
        "jelhub/scimgateway#36, MicrosoftDocs/azure-docs#87638: a name that is no attribute is not in the POST",
        (USER_NAME, ACTIVE, mapped("department", "department")),
        f'{SCHEMAS}{NAME},"active":true,{META}}}',
        ada={"department": "Retail"},
    ),
    Capture(
        "zulip/zulip#39773: a path that names the core schema stays as it is mapped",
        (USER_NAME, mapped("urn:ietf:params:scim:schemas:core:2.0:User:role", "department")),
        PATCH + '[{"op":"Add","path":"urn:ietf:params:scim:schemas:core:2.0:User:role","value":"Retail"}]}',
        ada={"department": "Retail"},
        there={},
    ),
    Capture(
        "thomaspoignant/scim-patch#132: with the flag, additions to a name go in one add without path",
        (USER_NAME, GIVEN, FAMILY, FORMATTED),
        PATCH + '[{"op":"add","value":{"name.givenName":"Ada","name.familyName":"King","name.formatted":"Ada King"}}]}',
        ada={"givenName": "Ada", "surname": "King", "displayName": "Ada King"},
        there={},
        query=FLAG,
    ),
    Capture(
        "pond/scimitar#123: with the flag, every simple addition",
        (USER_NAME, DISPLAY, TITLE, GIVEN, FAMILY, FORMATTED),
        PATCH + '[{"op":"add","value":{"displayName":"Ada King","title":"Countess","name.givenName":"Ada",'
        '"name.familyName":"King","name.formatted":"Ada King"}}]}',
        ada={"givenName": "Ada", "surname": "King", "displayName": "Ada King", "jobTitle": "Countess"},
        there={},
        query=FLAG,
    ),
    Capture(
        "thomaspoignant/scim-patch#207: with the flag, replacements and then the one addition, both without path",
        (USER_NAME, ORGANIZATION, DIVISION, DEPARTMENT),
        PATCH + f'[{{"op":"replace","value":{{"{ENTERPRISE}:organization":"Harbour","{ENTERPRISE}:department":"Retail"'
        f'}}}},{{"op":"add","value":{{"{ENTERPRISE}:division":"Bergen"}}}}]}}',
        ada={"companyName": "Harbour", "city": "Bergen", "department": "Retail"},
        there={ENTERPRISE: {"organization": "Harbor", "department": "Sales"}},
        query=FLAG,
    ),
    Capture(
        "pingidentity/scim2#224: with the flag, two replacements in one operation without path",
        (USER_NAME, FAMILY, FORMATTED),
        PATCH + '[{"op":"replace","value":{"name.familyName":"King","name.formatted":"Ada King"}}]}',
        ada={"surname": "King", "displayName": "Ada King"},
        there={"name": {"familyName": "Byron", "formatted": "Ada Byron"}},
        query=FLAG,
    ),
    Capture(
        "scim-compatibility.md: with the flag, one simple addition has its path",
        (USER_NAME, mapped("nickName", "mailNickname")),
        PATCH + '[{"op":"add","path":"nickName","value":"Babs"}]}',
        ada={"mailNickname": "Babs"},
        there={},
        query=FLAG,
    ),
    Capture(
        "scim-compatibility.md: without it, six replacements with their paths",
        (USER_NAME, DISPLAY, WORK, GIVEN, FAMILY, mapped("externalId", "employeeId"), NUMBER),
        PATCH + '[{"op":"Replace","path":"displayName","value":"Pvlo"},'
        f'{{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"{ADA}"}},'
        '{"op":"Replace","path":"name.givenName","value":"Gtfd"},{"op":"Replace","path":"name.familyName","value":"Pq"},'
        '{"op":"Replace","path":"externalId","value":"Eqpj"},'
        f'{{"op":"Replace","path":"{ENTERPRISE}:employeeNumber","value":"Eqpj"}}]}}',
        ada={"displayName": "Pvlo", "mail": ADA, "givenName": "Gtfd", "surname": "Pq", "employeeId": "Eqpj"},
        there={
            "displayName": "1",
            "externalId": "1",
            "name": {"givenName": "1", "familyName": "1"},
            "emails": [{"type": "work", "value": "1@b.c"}],
            ENTERPRISE: {"employeeNumber": "1"},
        },
    ),
    Capture(
        "Captain-P-Goldfish/SCIM-SDK#686: with the flag, a manager is a bare id under its path",
        (USER_NAME, MANAGER),
        PATCH + f'[{{"op":"add","path":"{ENTERPRISE}:manager","value":"7"}}]}}',
        ada={"manager": {"id": person(1, ADA)["id"]}},
        there={},
        query=FLAG,
    ),
    Capture(
        "Captain-P-Goldfish/SCIM-SDK#516: roles are added as JSON texts",
        (USER_NAME, ROLES),
        PATCH + '[{"op":"Add","path":"roles","value":[{"value":"{\\"id\\":\\"827f0d2e-be15-4d8f-a8e3-f8697239c112\\",'
        '\\"value\\":\\"Docs-Admin\\",\\"displayName\\":\\"Docs Admin\\"}"},{"value":"{\\"id\\":\\"8ae06bd4-35bb-4fcd-'
        '977e-14e074ad1192\\",\\"value\\":\\"Admin\\",\\"displayName\\":\\"Admin\\"}"}]}]}',
        there={},
        roles=(
            ("827f0d2e-be15-4d8f-a8e3-f8697239c112", "Docs-Admin", "Docs Admin"),
            ("8ae06bd4-35bb-4fcd-977e-14e074ad1192", "Admin", "Admin"),
        ),
    ),
    Capture(
        "MicrosoftDocs/entra-docs#215: roles in a POST are objects without id",
        (USER_NAME, ROLES),
        f'{SCHEMAS}{NAME},{META},"roles":[{{"primary":false,"type":"WindowsAzureActiveDirectoryRole",'
        '"displayName":"Admin","value":"Admin"}]}',
        roles=(("06b07648-ecfe-589f-9d2f-6325724a46ee", "Admin", "Admin"),),
    ),
    Capture(
        "MicrosoftDocs/entra-docs#391: a single role by its value",
        (USER_NAME, ROLE % "value"),
        f'{SCHEMAS}{NAME},{META},"roles":[{{"primary":true,"type":"WindowsAzureActiveDirectoryRole","value":"ADMIN"}}]}}',
        roles=(("06b07648-ecfe-589f-9d2f-6325724a46ee", "ADMIN", "Admin"),),
    ),
    Capture(
        "MicrosoftDocs/entra-docs#391: the type of a role cannot be written",
        (USER_NAME, ROLE % "type"),
        f'{SCHEMAS}{NAME},{META},"roles":[{{"primary":true,"type":"WindowsAzureActiveDirectoryRole"}}]}}',
        roles=(("06b07648-ecfe-589f-9d2f-6325724a46ee", "ADMIN", "Admin"),),
    ),
]
