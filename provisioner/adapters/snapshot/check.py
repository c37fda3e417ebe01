"""The pass that reads a snapshot to its last byte and checks it, before anything is decided (F03)."""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from provisioner.adapters.snapshot.faults import Faults
from provisioner.adapters.snapshot.index import UserIndex, digest_of
from provisioner.adapters.snapshot.layout import APP_ROLES, ASSIGNMENTS, GROUPS, USERS, Layout, Part, fingerprint
from provisioner.adapters.snapshot.limits import MAX_ROWS
from provisioner.adapters.snapshot.manifest import Manifest, parse_manifest, read_manifest
from provisioner.adapters.snapshot.stream import Element, Form, Malformed, Stream, positions_at
from provisioner.engine.source import canonical_group, canonical_user, group_of, read_app_role, read_assignment
from provisioner.model.directory import AppRole, Assignment, SnapshotCounts, SnapshotSummary, SourceGroup
from provisioner.model.errors import Place, SnapshotInvalid
from provisioner.model.frozen import frozen

ONE_ENTRY_EACH: Final = "an id may stand once; export again, or remove one of the two"


@frozen
class Contents:
    """What a checked snapshot holds: users by place, the rest by value."""

    users: UserIndex
    users_path: Path
    users_form: Form
    groups: dict[str, SourceGroup]
    group_digests: dict[str, bytes]
    assignments: tuple[Assignment, ...]
    app_roles: dict[str, AppRole]
    summary: SnapshotSummary


class Collector:
    """Takes the entries of all kinds and refuses a second one of the same id."""

    def __init__(self) -> None:
        self.users = UserIndex()
        self.groups: dict[str, SourceGroup] = {}
        self.group_digests: dict[str, bytes] = {}
        self.assignments: dict[Assignment, None] = {}
        self.app_roles: dict[str, AppRole] = {}
        self.counts: Counter[str] = Counter()
        self._places: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        self._shared: dict[str, str] = {}
        self._keep = {
            USERS: self._user,
            GROUPS: self._group,
            ASSIGNMENTS: self._assignment,
            APP_ROLES: self._app_role,
        }

    def take(self, part: Part, element: Element) -> None:
        """Keep one entry. Raises SnapshotInvalid with the path of what is wrong inside it."""
        if self.counts[element.section] >= MAX_ROWS:
            raise Malformed(f"more than {MAX_ROWS} {element.section}", element.offset)
        self.counts[element.section] += 1
        self._keep[element.section](part, element)

    def close_users(self, part: Part, faults: Faults) -> None:
        """All users were taken; note those that have one id with another."""
        for rows in self.users.close():
            first, second = (self.users.place(row)[0] for row in rows)
            numbers = [row + faults.before(part.path, place) for row, place in zip(rows, (first, second), strict=True)]
            line, _ = positions_at(part.path, [first])[first]
            message = f"the id {self.users.ids[rows[0]]} stands here and in line {line} (users[{numbers[0]}])"
            faults.at(part.path, second, message, ONE_ENTRY_EACH, f"users[{numbers[1]}].id")

    def _user(self, part: Part, element: Element) -> None:
        user = canonical_user(element.entry)
        self.users.add(self._share(user["id"]), user, element.offset, element.length)

    def _group(self, part: Part, element: Element) -> None:
        group = canonical_group(element.entry)
        self._once(part, element, group["id"])
        self.group_digests[group["id"]] = digest_of({**group, "members": sorted(group["members"])})
        group["members"] = tuple(map(self._share, group["members"]))
        self.groups[group["id"]] = group_of(group)

    def _assignment(self, part: Part, element: Element) -> None:
        seen = read_assignment(element.entry)
        self.assignments[
            replace(seen, principal_id=self._share(seen.principal_id), app_role_id=self._share(seen.app_role_id))
        ] = None

    def _app_role(self, part: Part, element: Element) -> None:
        role = read_app_role(element.entry)
        self._once(part, element, role.id)
        self.app_roles[role.id] = role

    def _share(self, id: str) -> str:
        return self._shared.setdefault(id, id)

    def _once(self, part: Part, element: Element, id: str) -> None:
        here = (element.offset, self.counts[element.section] - 1)
        offset, number = self._places[element.section].setdefault(id, here)
        if offset != element.offset:
            line, _ = positions_at(part.path, [offset])[offset]
            message = f"the id {id} stands here and in line {line} ({element.section}[{number}])"
            raise SnapshotInvalid(message, place=Place(path="id"), hint=ONE_ENTRY_EACH)


@dataclass(slots=True)
class Check:
    """One reading of a layout's files."""

    layout: Layout
    _found: Collector = field(default_factory=Collector)
    _digests: dict[str, str] = field(default_factory=dict)
    _faults: Faults = field(default_factory=Faults)

    def run(self) -> Contents:
        """Everything the files say. Raises SnapshotInvalid."""
        manifest = self._manifest()
        for part in self.layout.parts:
            form = self._read(part)
            if part.section in (None, USERS):
                users_path, users_form = part.path, form
                self._found.close_users(part, self._faults)
        self._faults.stop()
        if part.section is None:
            manifest = read_manifest(part.path, form.beside)
        if manifest is not None:
            manifest.check_digests({name: said for name, said in self._digests.items() if name != manifest.path.name})
            manifest.check_counts(self._found.counts)
        found = self._found
        return Contents(
            found.users,
            users_path,
            users_form,
            found.groups,
            found.group_digests,
            tuple(found.assignments),
            found.app_roles,
            self._summary(manifest),
        )

    def _manifest(self) -> Manifest | None:
        path = self.layout.manifest
        if path is None:
            return None
        raw = path.read_bytes()
        self._digests[path.name] = hashlib.sha256(raw).hexdigest()
        return parse_manifest(path, raw)

    def _read(self, part: Part) -> Form:
        form = part.form()
        with part.path.open("rb") as file:
            stream = Stream(file)
            try:
                for element in form.elements(stream):
                    self._take(part, form, element)
            except Malformed as error:
                self._faults.malformed(part.path, error)
            self._digests[part.path.name] = stream.hexdigest()
        return form

    def _take(self, part: Part, form: Form, element: Element | Malformed) -> None:
        if isinstance(element, Malformed):
            self._found.counts[element.section] += 1
            self._faults.malformed(part.path, element)
            return
        try:
            self._found.take(part, element)
        except SnapshotInvalid as error:
            number = self._found.counts[element.section] - 1
            self._faults.in_entry(part.path, form, element, number, error)

    def _summary(self, manifest: Manifest | None) -> SnapshotSummary:
        counts = self._found.counts
        return SnapshotSummary(
            fingerprint(self._digests),
            SnapshotCounts(counts[USERS], counts[GROUPS], counts[ASSIGNMENTS]),
            manifest.generated_at if manifest else None,
            (*self.layout.warnings, *self._found.users.warnings()),
        )
