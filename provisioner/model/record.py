"""One entry of the provisioning log: Graph's ``provisioningObjectSummary`` (E101)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from provisioner.model.frozen import frozen


@frozen
class Record:
    """A log entry. ``body`` is the whole entry in Graph's own property names; the rest is what it is looked up by."""

    id: str
    at: datetime
    cycle: int
    kind: str
    source_id: str
    name: str
    action: str
    status: str
    body: Mapping[str, Any]
