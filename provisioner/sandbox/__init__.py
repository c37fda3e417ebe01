"""A SCIM target to rehearse against: an in-memory server that gets along with Entra, and misbehaves when asked to.

It shares no path, patch or filter code with the engine, on purpose: one bug would hide in both.
"""

from provisioner.sandbox.catalogue import APPLICATIONS
from provisioner.sandbox.endpoint import build_app
from provisioner.sandbox.faults import FAULTS, Fault, FaultSpec, parse_fault
from provisioner.sandbox.readable import readable
from provisioner.sandbox.requests import RequestSeen
from provisioner.sandbox.server import SandboxServer, serve
from provisioner.sandbox.store import Sandbox

__all__ = [
    "APPLICATIONS",
    "FAULTS",
    "Fault",
    "FaultSpec",
    "RequestSeen",
    "Sandbox",
    "SandboxServer",
    "build_app",
    "parse_fault",
    "readable",
    "serve",
]
