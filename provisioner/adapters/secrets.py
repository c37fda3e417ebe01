"""Where a secret's value is read: an environment variable, or a file only its owner can read (F32).

The value appears in no message, whatever is wrong with it.
"""

import os
import stat
from pathlib import Path
from typing import Final

from provisioner.model.errors import JobInvalid, Place
from provisioner.model.secret import Secret, SecretReference

_LIMIT: Final = 64 * 1024  # bytes; the longest signed tokens are a quarter of it


def resolve(reference: SecretReference, *, base: str | Path) -> Secret:
    """The secret a reference names. A ``file:`` path is relative to ``base``, the job file's directory.

    :raises JobInvalid: naming the variable or the file and how to set it right, never the value.
    """
    place = Place(path=str(reference))
    value = (
        _from_environment(reference.name, place) if reference.scheme == "env" else _from_file(reference, base, place)
    )
    return Secret(_checked(value.rstrip("\r\n"), place))


def _from_environment(name: str, place: Place) -> str:
    value = os.environ.get(name, "")
    if not value.strip():
        what = "holds nothing" if value else "is not set"
        raise JobInvalid(f"the environment variable {name} {what}", place=place, hint=f"export {name}=...")
    return value


def _from_file(reference: SecretReference, base: str | Path, place: Place) -> str:
    path = Path(base) / reference.name
    try:
        with path.open("rb") as file:
            _check_mode(os.fstat(file.fileno()), path, place)
            content = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        hint = f"write the secret to {path}, mode 0600"
        raise JobInvalid(f"the secret cannot be read: {reason}", place=place, hint=hint) from None
    if len(content) > _LIMIT:
        raise JobInvalid("the file is too long for a secret", place=place, hint="it should hold the secret alone")
    return content.decode(errors="replace")  # what is not UTF-8 is refused below, without its bytes in an error


def _check_mode(status: os.stat_result, path: Path, place: Place) -> None:
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise JobInvalid("others can read this secret", place=place, hint=f"chmod 600 {path}")


def _checked(value: str, place: Place) -> str:
    """A header takes printable Latin-1 only (RFC 9110 section 5.5)."""
    if not value.strip():
        raise JobInvalid("the secret is empty", place=place, hint="store the token the application gave you")
    if value != value.strip():
        # A header's value ends at its last visible character (RFC 9110 section 5.5): it would be another token.
        raise JobInvalid(
            "the secret begins or ends with a space",
            place=place,
            hint="store the token alone, without blanks around it",
        )
    if not all(0x20 <= ord(letter) <= 0xFF and not 0x7F <= ord(letter) < 0xA0 for letter in value):
        raise JobInvalid(
            "the secret holds a character that cannot travel in a header",
            place=place,
            hint="look for a line break, a tab or a typographic sign that came in by copying",
        )
    return value
