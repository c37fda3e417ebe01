"""The Microsoft Entra provisioning service on your own machine.

Not affiliated with, or endorsed by, Microsoft.
"""

__version__ = "0.1.0"
