"""The sandbox's memory: its resources, what it saw, and how it misbehaves at the moment."""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from provisioner.model.errors import InputError, Place
from provisioner.sandbox.behaviour import Behaviour
from provisioner.sandbox.catalogue import application as resource_types
from provisioner.sandbox.collection import Collection
from provisioner.sandbox.faults import ActiveFaults
from provisioner.sandbox.requests import RequestSeen
from provisioner.sandbox.values import Resource, with_schemas

REQUESTS_KEPT: Final = 50_000  # the oldest are forgotten beyond this, so that a long run does not grow without end


class Sandbox:
    """An application's accounts, in memory.

    :param application: ``real-links`` (users with the Real Links extension, no groups) or ``scim`` (core and
        enterprise users, groups).
    :param token: the bearer token every request must carry; None lets everybody in.
    :param faults: misbehaviours, each ``NAME`` or ``NAME=ARG`` of :data:`.FAULTS`. Raises InputError.
    :param seed: makes the ids the same in every run.
    :param clock: where the times in ``meta`` and the time limits of faults come from; the system's clock if None.
    :param on_request: called with every request once its answer is decided, in the server's thread.
    :param patch_answers_204: a PATCH of a user answers without a body (E53); one of a group always does.
    """

    def __init__(
        self,
        application: str = "real-links",
        *,
        token: str | None = None,
        faults: Sequence[str] = (),
        seed: int | None = None,
        clock: Callable[[], datetime] | None = None,
        on_request: Callable[[RequestSeen], None] | None = None,
        patch_answers_204: bool = False,
    ) -> None:
        self.application = application
        self.collections = {kind.endpoint: Collection(kind) for kind in resource_types(application)}
        self.requests: list[RequestSeen] = []
        self.patch_answers_204 = patch_answers_204
        self.clock = clock or _system_clock
        self.set_faults(faults)
        self._token = token
        self._on_request = on_request
        self._random = random.Random(seed)  # noqa: S311 - ids to look at, no secrets

    @property
    def behaviour(self) -> Behaviour:
        """How requests are taken now, all faults counted in."""
        return self.faults.behaviour

    @property
    def users(self) -> dict[str, Resource]:
        """Every user by id."""
        return self.collections["/Users"].resources

    @property
    def groups(self) -> dict[str, Resource]:
        """Every group by id; none where the application has no groups."""
        groups = self.collections.get("/Groups")
        return groups.resources if groups else {}

    def set_faults(self, faults: Sequence[str]) -> None:
        """Misbehave so from now on, and no longer as before. Counts and time limits of faults start again."""
        self.faults = ActiveFaults.parse(faults, self.clock)

    def admits(self, authorization: str | None) -> bool:
        """Whether an Authorization header opens the door."""
        return self._token is None or authorization == f"Bearer {self._token}"

    def guid(self) -> str:
        """A new id."""
        guid = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return f"{guid}/?ü" if self.behaviour.odd_ids else guid

    def now(self) -> str:
        """The time as SCIM writes it."""
        return self.clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def saw(self, request: RequestSeen) -> None:
        """Remember a request and tell whoever listens."""
        self.requests.append(request)
        del self.requests[:-REQUESTS_KEPT]
        if self._on_request is not None:
            self._on_request(request)

    def load(self, content: Mapping[str, Any]) -> None:
        """Hold exactly these resources: ``{"Users": [...], "Groups": [...]}``, as :meth:`dump` gives them.

        An id is made for a resource without one. Raises InputError and then leaves everything as it was.
        """
        accepted = [
            (collection, self._complete(collection, resource))
            for endpoint, collection in self.collections.items()
            for resource in _resources(content, endpoint[1:])
        ]
        for unknown in content.keys() - {endpoint[1:] for endpoint in self.collections}:
            raise InputError(f"the application {self.application} has no {unknown}", place=Place(path=unknown))
        for collection in self.collections.values():
            collection.clear()
        for collection, resource in accepted:
            collection.put(resource)

    def dump(self) -> dict[str, list[Resource]]:
        """Everything held, each list in the order the resources came."""
        return {endpoint[1:]: list(collection) for endpoint, collection in self.collections.items()}

    def _complete(self, collection: Collection, resource: Resource) -> Resource:
        now = self.now()
        meta = {"resourceType": collection.kind.name, "created": now, "lastModified": now}
        whole = {"id": self.guid()} | resource
        return with_schemas(whole | {"meta": meta | resource.get("meta", {})}, collection.kind)


def _resources(content: Mapping[str, Any], name: str) -> list[Resource]:
    resources = content.get(name, [])
    if not isinstance(resources, list) or not all(map(_is_resource, resources)):
        raise InputError(
            f"{name} is not a list of resources",
            place=Place(path=name),
            hint='{"Users": [{"userName": "..."}], "Groups": []}',
        )
    return resources


def _is_resource(content: Any) -> bool:
    """Whether this can be held: an object whose id and meta, if it has them, are a text and an object."""
    if not isinstance(content, dict):
        return False
    return isinstance(content.get("id", ""), str) and isinstance(content.get("meta", {}), dict)


def _system_clock() -> datetime:
    return datetime.now(UTC)
