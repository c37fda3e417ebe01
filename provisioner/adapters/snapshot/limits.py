"""How much a snapshot may ask of us (F28). Every limit is far above a real directory and far below what hurts."""

from typing import Final

MAX_FILE_BYTES: Final = 16 << 30
"""Bytes of one file. Ten million users with every attribute filled are about 10 GiB."""

MAX_ROWS: Final = 10_000_000
"""Entries of one kind. The largest directories known have a few million users."""

MAX_ENTRY_BYTES: Final = 64 << 20
"""Bytes of one entry: a group of a million members written as objects has about 50 MiB."""

MAX_HEADER_BYTES: Final = 1 << 20
"""Bytes of what stands beside the entries: the manifest, a CSV header, ``@odata.context``."""

MAX_FIELD_CHARACTERS: Final = 16 << 20
"""Characters of one CSV cell: the members of a large group, joined."""

MAX_COLUMNS: Final = 1_000
"""Columns of a CSV file. Graph knows about 150 properties of a user."""

CHUNK_BYTES: Final = 1 << 20
"""Bytes read at once: enough that the system call costs nothing, little enough to stay in the cache."""

ATTEMPTS: Final = 3
"""Readings of a snapshot that changes meanwhile, before giving up: an export that is being written takes longer."""
