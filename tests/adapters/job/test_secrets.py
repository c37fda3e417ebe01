"""Where secrets are read, and that they are told to nobody (F32)."""

import traceback
from pathlib import Path

import pytest

from provisioner.adapters.secrets import resolve
from provisioner.model.errors import JobInvalid
from provisioner.model.secret import SecretReference

CANARY = "S3CR3T-canary"
ENVIRONMENT = SecretReference("env", "PROVISIONER_TEST_TOKEN")
FILE = SecretReference("file", "token")


def write(folder: Path, content: bytes, mode: int = 0o600) -> None:
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)


def told(reference: SecretReference, base: Path) -> str:
    """Everything a refusal shows anywhere: message, representation, traceback with its causes."""
    with pytest.raises(JobInvalid) as caught:
        resolve(reference, base=base)
    assert caught.value.exit_code == 2
    assert caught.value.hint
    assert str(reference) in str(caught.value)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    assert CANARY not in shown
    return shown


def test_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The value is there for the header and hidden from every text."""
    monkeypatch.setenv(ENVIRONMENT.name, CANARY)
    secret = resolve(ENVIRONMENT, base=tmp_path)
    assert secret.reveal() == CANARY
    assert CANARY not in f"{secret} {secret!r}"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str | None) -> None:
    """The message names the variable and how to set it."""
    monkeypatch.delenv(ENVIRONMENT.name, raising=False)
    if value is not None:
        monkeypatch.setenv(ENVIRONMENT.name, value)
    assert "export PROVISIONER_TEST_TOKEN=..." in told(ENVIRONMENT, tmp_path)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_file(tmp_path: Path, end: bytes) -> None:
    """The path is relative to the job's folder; the line end an editor adds is no part of the secret."""
    write(tmp_path, CANARY.encode() + end)
    assert resolve(FILE, base=str(tmp_path)).reveal() == CANARY


def test_an_absolute_path(tmp_path: Path) -> None:
    """A secret may lie anywhere."""
    write(tmp_path, CANARY.encode())
    assert resolve(SecretReference("file", str(tmp_path / "token")), base="/nowhere").reveal() == CANARY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_others_can_read(tmp_path: Path, mode: int) -> None:
    """As ssh does with its keys."""
    write(tmp_path, CANARY.encode(), mode)
    assert "chmod 600" in told(FILE, tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"S3CR3T-canary\r\nX-Header: y",
        b"S3CR3T-canary\0",
        b"S3CR3T-canary\t",
        "S3CR3T-canary–".encode(),
        b"S3CR3T-canary\xe9",
        b"\x1b[0mS3CR3T-canary",
        b"S3CR3T-canary" * 10_000,
    ],
)
def test_what_cannot_travel_in_a_header(tmp_path: Path, content: bytes) -> None:
    """No line break, no control character, no letter beyond Latin-1, no file that is something else."""
    write(tmp_path, content)
    told(FILE, tmp_path)


def test_a_letter_beyond_latin_1_in_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A typographic dash that came in by copying is found before it is sent."""
    monkeypatch.setenv(ENVIRONMENT.name, f"{CANARY}–")
    told(ENVIRONMENT, tmp_path)


@pytest.mark.parametrize("name", ["missing", ".", "a\0b"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    """A missing file, a directory and a name that is none."""
    tmp_path.chmod(0o700)
    told(SecretReference("file", name), tmp_path)
