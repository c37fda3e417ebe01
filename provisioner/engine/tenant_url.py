"""Which URLs a job may name (F31). Pure: a name is never resolved here.

Private ranges stay allowed, because endpoints under test live there. Link-local and cloud metadata addresses are
refused in every spelling: dotted, decimal, hexadecimal, octal, mapped into IPv6, with a trailing dot. The same word is
given on a resolved address by :func:`is_forbidden_address`, for whoever opens the connection.
"""

import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from provisioner.model.errors import InputError

Address = IPv4Address | IPv6Address

_FORBIDDEN_NETWORKS: Final = tuple(
    ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the metadata service of most clouds (RFC 3927)
        "fe80::/10",  # link-local (RFC 4291 section 2.5.6)
        "fd00:ec2::254/128",  # Amazon's metadata service over IPv6
        "100.100.100.200/32",  # Alibaba's metadata service
        "168.63.129.16/32",  # Azure's host agent
        "192.0.0.192/32",  # Oracle's metadata service
    )
)
_FORBIDDEN_NAMES: Final = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_NAT64: Final = ip_network("64:ff9b::/96")
_HINT: Final = "a tenant URL looks like https://scim.example.com/scim/v2 or http://127.0.0.1:8808/scim/v2"


def check_url(url: str, *, allow_plain_http: bool = False) -> None:
    """Accept the URL or say what is wrong with it.

    The message names the host alone: a URL with a user part may hold a password (F32).

    :raises InputError: with message and hint, without place.
    """
    parts = _split(url)
    host = host_of(parts)
    if is_forbidden_host(host):
        raise InputError(
            f"{host} is a link-local or metadata address", hint="no job may send to it; name the SCIM endpoint's host"
        )
    if parts.scheme == "http" and not (allow_plain_http or is_loopback(host)):
        raise InputError(
            f"http to {host} would send the token unencrypted",
            hint="use https, or set allow_plain_http = true in [target] if that network is trusted",
        )


def _split(url: str) -> SplitResult:
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F or letter == "\\" for letter in url):
        raise InputError("the URL holds a space, a control character or a backslash", hint=_HINT)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("the URL's host or port cannot be read", hint=_HINT) from error
    for wrong, message in (
        (parts.scheme not in ("http", "https"), "the URL is not http or https"),
        ("@" in parts.netloc, "the URL holds a user name or password; the credential belongs in token"),
        ("#" in url, "the URL has a fragment (#...), which is never sent"),
        (not host_of(parts), "the URL has no host"),
        (port == 0, "the URL's port is 0"),
        ("%" in parts.netloc, "the URL's host is percent-encoded or has a zone"),
    ):
        if wrong:
            raise InputError(message, hint=_HINT)
    return parts


def host_of(parts: SplitResult) -> str:
    """The host as it is compared: lower case, compatibility forms folded (as IDNA does), no trailing dot."""
    folded = unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".")
    return folded.lower().rstrip(".")


def is_forbidden_host(host: str) -> bool:
    """Whether the name or the address, in any spelling, is link-local or a metadata service."""
    address = address_of(host)
    return host in _FORBIDDEN_NAMES if address is None else is_forbidden_address(address)


def is_forbidden_address(address: Address) -> bool:
    """Whether an address, also one wrapped in IPv6, is link-local or a metadata service."""
    return any(plain in network for plain in _unwrap(address) for network in _FORBIDDEN_NETWORKS)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very spelling (RFC 6761 section 6.3 for localhost)."""
    address = address_of(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def address_of(host: str) -> Address | None:
    """The address a host spells, also as ``inet_aton`` reads it (``2852039166``, ``0xa9fea9fe``); None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return _inet_aton(host)


def _inet_aton(host: str) -> IPv4Address | None:
    """One to four numbers in C notation; the last one fills the bytes that are left."""
    try:
        *heads, last = (_c_number(part) for part in host.split("."))
    except ValueError:
        return None
    if len(heads) > 3 or any(head > 0xFF for head in heads) or last >= 256 ** (4 - len(heads)):
        return None
    value = sum(head << 8 * (3 - index) for index, head in enumerate(heads))
    return IPv4Address(value + last)


def _c_number(text: str) -> int:
    if not text.isascii() or not text.isalnum():
        raise ValueError(text)
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)


def _unwrap(address: Address) -> tuple[Address, ...]:
    """The address and the IPv4 address it carries: mapped, 6to4, or NAT64."""
    if isinstance(address, IPv4Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return (address,) if inner is None else (address, inner)
