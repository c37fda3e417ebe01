"""Which URLs a job may name (F31)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.engine.tenant_url import check_url
from provisioner.model.errors import InputError

ACCEPTED = [
    "https://scim.example.com/scim/v2",
    "https://scim.example.com/scim/v2?aadOptscim062020",
    "https://scim.example.com:8443/scim/v2/",
    "https://scim.example.com./scim",
    "https://10.0.0.1/scim",
    "https://192.168.1.10/scim",
    "https://[2001:db8::1]/scim",
    "https://münchen.example/scim",
    "http://localhost:8808/scim/v2",
    "http://LOCALHOST/scim",
    "http://scim.localhost/scim",
    "http://127.0.0.1:8808/scim/v2",
    "http://127.1.2.3/scim",
    "http://2130706433/scim",
    "http://0x7f.1/scim",
    "http://[::1]:8808/scim",
    "http://[::ffff:127.0.0.1]/scim",
]

METADATA = [
    "169.254.169.254",
    "169.254.169.254.",
    "169.254.0.1",
    "2852039166",
    "2852039166.",
    "0xA9FEA9FE",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "１６９.254.169.254",
    "169。254。169。254",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]",
    "[2002:a9fe:a9fe::]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[FD00:EC2:0:0:0:0:0:254]",
    "100.100.100.200",
    "168.63.129.16",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "metadata",
]

REFUSED = {
    "another scheme": "ftp://a.example",
    "a file": "file:///etc/passwd",
    "no scheme": "a.example/scim",
    "nothing": "",
    "no host": "https:///scim",
    "host of dots": "https://./scim",
    "fragment": "https://a.example/scim#x",
    "empty fragment": "https://a.example/scim#",
    "user": "https://me@a.example/scim",
    "user and password": "https://me:S3CR3T@a.example/scim",
    "password with a host in it": "https://a.example:S3CR3T@b.example/scim",
    "space": "https://a.example/s cim",
    "line end": "https://a.example/\r\nX: y",
    "backslash": "https://a.example\\@b.example/",
    "port": "https://a.example:99999/",
    "port of letters": "https://a.example:http/",
    "port 0": "https://a.example:0/",
    "percent in the host": "https://%31%36%39.254.169.254/",
    "zone": "https://[fe80::1%25eth0]/",
    "bracket": "https://[::1/",
    "plain http": "http://scim.example.com/scim",
    "plain http to a private address": "http://10.0.0.1/scim",
    "plain http to every address": "http://0.0.0.0:8808/scim",
    "localhost as a label": "http://localhost.example.com/scim",
    "6to4 of loopback": "http://[2002:7f00:1::]/scim",
}


@pytest.mark.parametrize("url", ACCEPTED)
def test_https_anywhere_and_http_to_this_machine(url: str) -> None:
    """Private ranges stay allowed: endpoints under test live there."""
    check_url(url)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", METADATA)
def test_link_local_and_metadata_in_every_spelling(scheme: str, host: str) -> None:
    """No job may send there, not even one that allows plain http."""
    with pytest.raises(InputError, match="link-local or metadata"):
        check_url(f"{scheme}://{host}/latest", allow_plain_http=True)


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_would_be_right(url: str) -> None:
    """With a hint, and without repeating what may be a password (F32)."""
    with pytest.raises(InputError) as caught:
        check_url(url)
    assert caught.value.hint
    assert "S3CR3T" not in str(caught.value)


def test_plain_http_can_be_allowed() -> None:
    """A trusted network may go without TLS when the job says so."""
    check_url("http://scim.example.com/scim", allow_plain_http=True)


@given(st.text(max_size=60) | st.text(max_size=60).map("https://{}".format))
def test_any_text_is_accepted_or_refused(text: str) -> None:
    """No text makes the check itself fail."""
    with contextlib.suppress(InputError):
        check_url(text)


@given(st.ip_addresses(v=4, network="169.254.0.0/16"), st.sampled_from(["{}", "{:d}", "{:#x}"]))
def test_every_link_local_address(address: object, spelling: str) -> None:
    """As text, as a decimal and as a hexadecimal number."""
    host = spelling.format(address if spelling == "{}" else int(address))  # type: ignore[call-overload]
    with pytest.raises(InputError, match="link-local or metadata"):
        check_url(f"https://{host}/")
