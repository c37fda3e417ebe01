"""The one door to httpx."""

from provisioner.adapters.http.connection import Connection

__all__ = ["Connection"]
