"""Directory snapshots in files (F03): ``.json``, ``.jsonl`` and ``.csv``, in a folder or in one file."""

from provisioner.adapters.snapshot.source import open_source

__all__ = ["open_source"]
