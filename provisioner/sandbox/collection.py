"""The resources of one type, findable at once by the attributes matching asks for (E28, E59)."""

from collections.abc import Iterable, Iterator

from provisioner.sandbox.schemas import ResourceType
from provisioner.sandbox.values import Resource


class Collection:
    """Resources by id, in the order they came. A resource is never changed in place, only put again."""

    def __init__(self, kind: ResourceType) -> None:
        self.kind = kind
        self.resources: dict[str, Resource] = {}
        self._index: dict[str, dict[str, dict[str, None]]] = {name: {} for name in kind.indexed}

    def put(self, resource: Resource) -> None:
        """Keep the resource under its id, in place of the one that was there."""
        key = resource["id"]
        before = self.resources.get(key)
        self.resources[key] = resource
        for name, index in self._index.items():
            old, new = _folded(before, name), _folded(resource, name)
            if old != new:
                _forget(index, old, key)
                if new is not None:
                    index.setdefault(new, {})[key] = None

    def remove(self, id: str) -> None:
        """Forget the resource of this id."""
        resource = self.resources.pop(id)
        for name, index in self._index.items():
            _forget(index, _folded(resource, name), id)

    def clear(self) -> None:
        """Forget everything."""
        for key in list(self.resources):
            self.remove(key)

    def carrying(self, name: str, value: str) -> Iterable[Resource] | None:
        """The resources whose attribute has this text, case ignored; None when the attribute has no index."""
        for indexed, index in self._index.items():
            if indexed.lower() == name.lower():
                return [self.resources[key] for key in index.get(value.lower(), ())]
        return None

    def taken(self, resource: Resource) -> bool:
        """Whether another resource has the unique attribute's value (userName: case ignored)."""
        value = resource.get(self.kind.unique)
        others = self.carrying(self.kind.unique, value) if isinstance(value, str) else None
        return any(other["id"] != resource.get("id") for other in others or ())

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())


def _folded(resource: Resource | None, name: str) -> str | None:
    value = resource.get(name) if resource else None
    return value.lower() if isinstance(value, str) else None


def _forget(index: dict[str, dict[str, None]], value: str | None, id: str) -> None:
    ids = index.get(value) if value is not None else None
    if ids is not None and value is not None:
        ids.pop(id, None)
        if not ids:
            del index[value]
