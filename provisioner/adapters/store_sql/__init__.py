"""The memory of a job in SQLite, through SQLAlchemy Core. Imported only by those who open it: SQLAlchemy is heavy."""

from provisioner.adapters.store_sql.opening import open_store
from provisioner.adapters.store_sql.store import SqlStore

__all__ = ["SqlStore", "open_store"]
