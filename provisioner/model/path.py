"""The target path grammar, read once and used for building, comparing and patching.

A path is what a mapping names in the target (E48)::

    userName                                             attribute
    name.givenName                                       attribute.sub
    emails[type eq "work"].value                         attribute[selector].sub
    urn:ietf:params:scim:schemas:...:User:department     urn:attribute
    urn:ietf:params:scim:schemas:...:User:manager.value  urn:attribute.sub

Older gallery applications write a dot where a colon or nothing is meant, ``urn:...:1.0.department`` and
``emails.[type eq "work"].address``; these are read as what they mean.
Its text is kept character for character, because it travels in PATCH operations as it stands.
"""

from provisioner.model.errors import InputError, Place
from provisioner.model.frozen import frozen

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

CORE_URNS = frozenset({CORE_USER.lower(), CORE_GROUP.lower()})
"""The URNs, folded, that say no more than a path without one."""

_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$")
_NAME_REST = _NAME_START | frozenset("0123456789-")


@frozen
class Selector:
    """The one comparison a value path may hold: ``type eq "work"``. Booleans keep their text (``"True"``)."""

    attribute: str
    value: str


@frozen
class TargetPath:
    """A parsed target path. ``urn`` is empty for attributes of the core schema."""

    text: str
    attribute: str
    sub: str = ""
    selector: Selector | None = None
    urn: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def key(self) -> str:
        """The path folded for comparison: SCIM attribute names ignore case (RFC 7643 section 2.1)."""
        return self.text.lower()

    @property
    def address(self) -> tuple[str, ...]:
        """Where the path leads, the same for every spelling: with or without a core URN, blanks, brackets' quotes."""
        urn = "" if self.urn.lower() in CORE_URNS else self.urn
        chosen = (self.selector.attribute, self.selector.value) if self.selector else ("", "")
        return tuple(part.lower() for part in (urn, self.attribute, *chosen, self.sub))


def parse_path(text: str, *, place: Place | None = None) -> TargetPath:
    """Read one target path.

    :raises InputError: when it is not one of the five forms, naming the offending part.
    """

    def wrong(what: str) -> InputError:
        return InputError(
            f"target path {text!r}: {what}",
            place=place or Place(),
            hint='the forms are attr, attr.sub, attr[type eq "work"].sub, urn:...:attr and urn:...:attr.sub',
        )

    urn, rest = _split_urn(text)
    if text[:4].lower() == "urn:" and not urn:
        raise wrong("a URN must be followed by a colon and an attribute")
    attribute, bracket, inner, sub = _parts(rest)
    selector = _selector(inner) if bracket else None
    if bracket and selector is None:
        raise wrong(f'[{inner}] is not a comparison such as [type eq "work"]')
    for name in (attribute, *((sub,) if sub is not None else ())):
        if not is_attribute_name(name):
            raise wrong(f"{name!r} is not an attribute name")
    return TargetPath(text=text, attribute=attribute, sub=sub or "", selector=selector, urn=urn)


def _parts(rest: str) -> tuple[str, bool, str, str | None]:
    """Part ``attribute[inner].sub``; what follows the bracket without a dot is left for the name check to refuse."""
    if "[" not in rest:
        attribute, dot, sub = rest.partition(".")
        return attribute, False, "", sub if dot else None
    attribute, _, bracket = rest.partition("[")
    attribute = attribute.removesuffix(".")
    inner, closed, tail = bracket.rpartition("]")
    if not closed:
        return attribute, True, bracket, None
    return attribute, True, inner, (tail[1:] if tail.startswith(".") else tail) if tail else None


def is_attribute_name(name: str) -> bool:
    """Whether a text is an attribute name (RFC 7643 section 2.1; a leading underscore is seen in the field)."""
    return bool(name) and name[0] in _NAME_START and all(letter in _NAME_REST for letter in name)


def _split_urn(text: str) -> tuple[str, str]:
    """Part the URN from the attribute: the last colon before any bracket, since a URN holds dots and colons.

    Where a version stands behind that colon, the dot that ends it is the border: ``urn:...:1.0.department``.
    """
    if text[:4].lower() != "urn:":
        return "", text
    head = text.split("[", 1)[0]
    cut = head.rfind(":")
    border = cut + len(version) if (version := _version(head[cut + 1 :])) else cut
    urn = text[:border]
    return (urn, text[border + 1 :]) if urn.count(":") >= 2 else ("", text)


def _version(tail: str) -> str:
    """``1.0.`` of ``1.0.department``; empty when no attribute follows."""
    version = tail[: len(tail) - len(tail.lstrip("0123456789."))]
    return version if version.endswith(".") and len(version) < len(tail) else ""


def _selector(inner: str) -> Selector | None:
    words = inner.strip().split(None, 2)
    if len(words) != 3 or words[1].lower() != "eq" or not is_attribute_name(words[0]):
        return None
    value = words[2].strip()
    if len(value) >= 2 and value[0] == value[-1] == '"' and '"' not in value[1:-1].replace('\\"', ""):
        return Selector(words[0], value[1:-1])
    return Selector(words[0], value) if value.lower() in ("true", "false") else None
