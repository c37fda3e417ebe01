"""A client that sends what Entra sends (E3, E6, E46)."""

from typing import Any
from urllib.parse import quote_plus

import httpx
import orjson

from provisioner.sandbox import SandboxServer

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
REAL_LINKS = "urn:ietf:params:scim:schemas:extension:real-links:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MEDIA_TYPE = "application/scim+json; charset=utf-8"


class Scim:
    """Requests to a sandbox, and the sandbox itself."""

    def __init__(self, server: SandboxServer, **headers: str) -> None:
        self.sandbox = server.sandbox
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=5)

    def __enter__(self) -> "Scim":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        content = orjson.dumps(body) if body is not None else None
        typed = {"Content-Type": MEDIA_TYPE} if body is not None else {}
        return self.http.request(method, path, content=content, headers=typed | headers)

    def create(self, name: str = "ada@example.com", /, **attributes: Any) -> dict[str, Any]:
        """A user, made by the POST of E39-E42."""
        response = self.send("POST", "/Users", {"schemas": [CORE, ENTERPRISE], "userName": name} | attributes)
        assert response.status_code == 201, response.text
        return response.json()

    def create_group(self, name: str = "Staff", /, **attributes: Any) -> dict[str, Any]:
        """A group, made empty (E45)."""
        body = {"schemas": [GROUP], "externalId": "g", "displayName": name, "members": []} | attributes
        response = self.send("POST", "/Groups", body | {"meta": {"resourceType": "Group"}})
        assert response.status_code == 201, response.text
        return response.json()

    def patch(self, path: str, *operations: dict[str, Any]) -> httpx.Response:
        return self.send("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})

    def find(self, filter: str, *, endpoint: str = "/Users", extra: str = "") -> httpx.Response:
        return self.http.get(f"{endpoint}?{extra}filter={quote_plus(filter)}")

    def names(self, filter: str) -> list[str]:
        """Who the filter finds, by name."""
        response = self.find(filter)
        assert response.status_code == 200, response.text
        return [user["userName"] for user in response.json()["Resources"]]


def op(op: str, path: str | None = None, value: Any = ...) -> dict[str, Any]:
    """One operation in the key order of E46."""
    return {"op": op} | ({"path": path} if path else {}) | ({} if value is ... else {"value": value})
