"""Exported synchronization schemas of Microsoft Graph, read, checked, and turned into job files and back (E110-E112).

``document`` is the file as it lies, ``read`` understands it, ``check`` says what it means here, ``friendly`` writes the
job file and ``export`` the schema.
"""

from provisioner.adapters.schema_graph.check import SchemaRules, check_schema, load_schema
from provisioner.adapters.schema_graph.export import to_schema
from provisioner.adapters.schema_graph.friendly import to_toml
from provisioner.adapters.schema_graph.positions import Positions
from provisioner.engine.review import Finding, Severity

__all__ = ["Finding", "Positions", "SchemaRules", "Severity", "check_schema", "load_schema", "to_schema", "to_toml"]
