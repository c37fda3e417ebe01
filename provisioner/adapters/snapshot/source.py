"""The ports Source and Snapshot over files.

Rules
- A snapshot is accepted only if size, time of change and inode of every file, and every byte, were the same after the
  reading as before it (F03); otherwise it is read again, and refused after a few attempts.
- Users stay in their file. Each is read again from its place when it is asked for, and must still have its digest.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from provisioner.adapters.snapshot.check import Check, Contents
from provisioner.adapters.snapshot.index import digest_of
from provisioner.adapters.snapshot.layout import USERS, fingerprint, locate, stamps
from provisioner.adapters.snapshot.limits import ATTEMPTS
from provisioner.adapters.snapshot.stream import invalid
from provisioner.engine.source import canonical_user, user_of
from provisioner.model.directory import AppRole, Assignment, SnapshotSummary, SourceGroup, SourceUser
from provisioner.model.errors import Place, SnapshotInvalid
from provisioner.ports import Snapshot, Source


def open_source(path: str, *, allow_empty: bool = False) -> Source:
    """The snapshots at ``path``: a folder, or one JSON file. Nothing is read yet.

    Without ``allow_empty`` a snapshot with no users is refused, as it would disable everybody (F27).
    """
    return FileSource(Path(path), allow_empty=allow_empty)


class FileSource:
    """Snapshots as files under one path."""

    def __init__(self, path: Path, *, allow_empty: bool) -> None:
        self._path = path
        self._allow_empty = allow_empty

    def fingerprint(self) -> str:
        """Digest of the names and bytes of all files; this is what an unchanged cycle costs."""
        with _unreadable(self._path):
            return fingerprint({path.name: _sha256(path) for path in locate(self._path).files})

    @contextmanager
    def open(self) -> Iterator[Snapshot]:
        """A checked snapshot. Raises SnapshotInvalid."""
        with _unreadable(self._path):
            contents, file = self._settled()
        with file:
            yield FileSnapshot(contents, file)

    def _settled(self) -> tuple[Contents, FileIO]:
        for _ in range(ATTEMPTS):
            if (settled := self._attempt()) is not None:
                return settled
        raise SnapshotInvalid(
            "changes while it is read",
            place=Place(str(self._path)),
            hint="write an export elsewhere and rename it into place when it is complete",
        )

    def _attempt(self) -> tuple[Contents, FileIO] | None:
        layout = locate(self._path)
        before = stamps(layout.files)
        try:
            contents = Check(layout).run()
        except SnapshotInvalid:
            if stamps(layout.files) != before:
                return None
            raise
        file = contents.users_path.open("rb", buffering=0)  # one user is wanted at a time, in no order of places
        if self.fingerprint() != contents.summary.fingerprint or stamps(layout.files) != before:
            file.close()
            return None
        if not len(contents.users) and not self._allow_empty:
            file.close()
            raise invalid(contents.users_path, "holds no users", hint="allow_empty = true if that is meant")
        return contents, file


class FileSnapshot:
    """A checked snapshot; valid while its source's ``open`` lasts."""

    def __init__(self, contents: Contents, file: FileIO) -> None:
        self._contents = contents
        self._file = file

    @property
    def summary(self) -> SnapshotSummary:
        """Fingerprint, counts, time of generation, warnings."""
        return self._contents.summary

    @property
    def app_roles(self) -> Mapping[str, AppRole]:
        """The application's roles by id."""
        return self._contents.app_roles

    @property
    def assignments(self) -> Sequence[Assignment]:
        """Who is assigned to the application, each once per role, in file order."""
        return self._contents.assignments

    @property
    def groups(self) -> Mapping[str, SourceGroup]:
        """The groups by id, in file order."""
        return self._contents.groups

    def user_digests(self) -> Iterator[tuple[str, bytes]]:
        """(id, digest) of every user, in the order of ids."""
        return self._contents.users.in_order()

    def group_digests(self) -> Iterator[tuple[str, bytes]]:
        """(id, digest) of every group, in the order of ids; the order of members does not count."""
        return iter(sorted(self._contents.group_digests.items()))

    def user(self, id: str) -> SourceUser | None:
        """One user, or None. Raises SnapshotInvalid when its bytes are no longer those that were checked."""
        row = self._contents.users.row(id)
        return None if row is None else self._read(row)

    def users(self) -> Iterator[SourceUser]:
        """Every user in file order."""
        return map(self._read, range(len(self._contents.users)))

    def _read(self, row: int) -> SourceUser:
        offset, length = self._contents.users.place(row)
        try:
            self._file.seek(offset)
            user = canonical_user(self._contents.users_form.decode(self._file.read(length)))
            unchanged = digest_of(user) == self._contents.users.digest(row)
        except (OSError, ValueError, SnapshotInvalid):
            unchanged = False
        if not unchanged:
            message, hint = "changed after it was checked", "replace a snapshot by renaming, never write into it"
            raise invalid(self._contents.users_path, message, entry=f"{USERS}[{row}]", hint=hint)
        return user_of(user)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = Place(str(error.filename or path))
        raise SnapshotInvalid(f"cannot be read: {error.strerror or error}", place=place) from error
