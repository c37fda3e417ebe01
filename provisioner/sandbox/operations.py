"""What SCIM's verbs do to the sandbox's resources (RFC 7644 section 3). Every refusal is a ScimError."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from provisioner.sandbox.collection import Collection
from provisioner.sandbox.errors import ScimError, invalid_value, not_found
from provisioner.sandbox.patch import patched
from provisioner.sandbox.query import projected, search
from provisioner.sandbox.store import Sandbox
from provisioner.sandbox.values import Resource, normalised, with_schemas


def create(sandbox: Sandbox, collection: Collection, body: Any) -> Resource:
    """POST: the new resource."""
    kind, behaviour = collection.kind, sandbox.behaviour
    content = normalised(body, kind, behaviour)
    _require(collection, content)
    if behaviour.conflict_on_create:
        raise ScimError(409, "no licence is left for this account", "uniqueness")
    _require_unique(collection, content)
    now = sandbox.now()
    meta = {"resourceType": kind.name, "created": now, "lastModified": now}
    resource = with_schemas({"id": sandbox.guid()} | content | {"meta": meta}, kind)
    if not behaviour.lose_creates:
        collection.put(resource)
    return resource


def read(sandbox: Sandbox, collection: Collection, id: str) -> Resource:
    """GET by id."""
    resource = collection.resources.get(id)
    if resource is None or sandbox.behaviour.gone in ("*", id):
        raise not_found(f"{collection.kind.name} {id}")
    return resource


def replace(sandbox: Sandbox, collection: Collection, id: str, body: Any) -> Resource:
    """PUT: the resource as the body says, with its id and age."""
    before = read(sandbox, collection, id)
    content = normalised(body, collection.kind, sandbox.behaviour)
    return _keep(sandbox, collection, before, {"id": id} | content | {"meta": before["meta"]})


def modify(sandbox: Sandbox, collection: Collection, before: Resource, body: Any) -> Resource:
    """PATCH: the resource ``before`` after the operations, all of them or none."""
    after = patched(before, body, collection.kind, sandbox.behaviour)
    _require_known_members(sandbox, before, after)
    return _keep(sandbox, collection, before, after)


def delete(sandbox: Sandbox, collection: Collection, id: str) -> None:
    """DELETE: the resource is gone, and so are its memberships."""
    read(sandbox, collection, id)
    if sandbox.behaviour.refuse_delete:
        raise ScimError(405, f"{collection.kind.name} cannot be deleted")
    collection.remove(id)
    for group in list(sandbox.groups.values()):
        members = group.get("members", ())
        left = [member for member in members if member.get("value") != id]
        if len(left) < len(members):
            rest = {name: value for name, value in group.items() if name != "members"}
            sandbox.collections["/Groups"].put(rest | {"members": left} if left else rest)


def query(sandbox: Sandbox, collection: Collection, asked: Mapping[str, str], base: str) -> Any:
    """GET of a collection: the ListResponse."""
    behaviour = sandbox.behaviour
    page = search(collection, asked, behaviour)
    answer = page.as_json([shown(sandbox, collection, hit, asked, base) for hit in page.resources])
    if behaviour.bare_list:
        return answer["Resources"]
    if behaviour.null_resources:
        answer["Resources"] = None
    answer["totalResults"] += behaviour.wrong_total
    return answer


def shown(
    sandbox: Sandbox, collection: Collection, resource: Resource, asked: Mapping[str, str], base: str
) -> Resource:
    """The resource as an answer carries it: with its location, and only the attributes asked for."""
    behaviour = sandbox.behaviour
    location = f"{base}{collection.kind.endpoint}/{quote(resource['id'], safe='')}"
    visible = resource | {"meta": resource["meta"] | {"location": location}}
    if asked and not (behaviour.members_despite_exclusion and "members" in asked.get("excludedAttributes", "")):
        visible = projected(visible, asked, collection.kind)
    elif behaviour.members_despite_exclusion and collection.kind.name == "Group":
        visible = {"members": []} | visible
    if behaviour.omit:
        visible = {name: value for name, value in visible.items() if name.lower() != behaviour.omit.lower()}
    return _with_bare_managers(visible) if behaviour.manager_as_string else visible


def _keep(sandbox: Sandbox, collection: Collection, before: Resource, after: Resource) -> Resource:
    _require(collection, after)
    _require_unique(collection, after)
    meta = before["meta"] | {"lastModified": sandbox.now()}
    whole = with_schemas(after | {"meta": meta}, collection.kind)
    if not sandbox.behaviour.lose_writes:
        collection.put(whole)
    return whole


def _require(collection: Collection, content: Resource) -> None:
    for attribute in collection.kind.core.attributes.values():
        if attribute.required and not content.get(attribute.name):
            raise invalid_value(f"{attribute.name} is required")


def _require_unique(collection: Collection, content: Resource) -> None:
    if collection.taken(content):
        raise ScimError(409, f"{collection.kind.unique} is already in use", "uniqueness")


def _require_known_members(sandbox: Sandbox, before: Resource, after: Resource) -> None:
    status = sandbox.behaviour.unknown_member
    if not status:
        return
    known = {member.get("value") for member in before.get("members", ())}
    for member in after.get("members", ()):
        value = member.get("value")
        if value not in known and value not in sandbox.users and value not in sandbox.groups:
            raise ScimError(status, f"no member {value}", "invalidValue" if status == 400 else "")


def _with_bare_managers(resource: Resource) -> Resource:
    def bare(part: Any) -> Any:
        manager = part.get("manager") if isinstance(part, dict) else None
        return part | {"manager": manager["value"]} if isinstance(manager, dict) and "value" in manager else part

    return {name: bare(part) for name, part in resource.items()}
