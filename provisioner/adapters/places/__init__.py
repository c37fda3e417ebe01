"""Files people write, and the line and column of what is wrong in them."""

from provisioner.adapters.places.json import locate_json, offsets_in_json
from provisioner.adapters.places.locator import KeyPath, Locator, read_path, show
from provisioner.adapters.places.text import parse_toml, read_text
from provisioner.adapters.places.toml import locate_toml

__all__ = [
    "KeyPath",
    "Locator",
    "locate_json",
    "locate_toml",
    "offsets_in_json",
    "parse_toml",
    "read_path",
    "read_text",
    "show",
]
