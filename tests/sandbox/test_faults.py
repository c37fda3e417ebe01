"""The table of faults, and how faults are asked for. What each does stands in the files beside."""

from pathlib import Path

import pytest

from provisioner.model.errors import InputError
from provisioner.sandbox import FAULTS, Sandbox, parse_fault
from tests.sandbox.client import MEDIA_TYPE


def test_faults_add_up(faulty):
    """Several at once, each doing its part; the first that answers instead of the work wins."""
    scim = faulty("hide-disabled", "plain-404", "error-on=3")

    assert scim.names('userName eq "Ben"') == []
    assert scim.http.get("/Users/nobody").text == "Not Found"
    assert scim.http.get("/Users/nobody").status_code == 500


def test_faults_end_when_others_are_set(faulty):
    """Yesterday's misbehaviour is over."""
    scim = faulty("down")
    assert scim.http.get("/Users").status_code == 503

    scim.sandbox.set_faults([])
    assert scim.http.get("/Users").status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dwon", "did you mean down?"),
        ("qqq", "the faults are"),
        ("down=5", "takes no argument"),
        ("throttle=", "throttle[=SECONDS]"),
        ("throttle=soon", "throttle[=SECONDS]"),
        ("throttle=-1", "throttle[=SECONDS]"),
        ("throttle=inf", "throttle[=SECONDS]"),
        ("throttle=nan", "throttle[=SECONDS]"),
        ("rate-limit=0", "rate-limit[=N]"),
        ("error-on=1:200", "error-on[=N[:STATUS]]"),
        ("error-on=x", "error-on[=N[:STATUS]]"),
        ("malformed=badly", "half|empty|nan|twice|deep|bom"),
        ("redirect=", "redirect[=URL]"),
        ("unknown-member=200", "unknown-member[=STATUS]"),
    ],
)
def test_an_unknown_fault_or_argument_says_what_would_be_right(text, said):
    """InputError with the nearest name, the list, or the usage."""
    with pytest.raises(InputError) as caught:
        parse_fault(text)

    assert said in str(caught.value)
    with pytest.raises(InputError):
        Sandbox("scim", faults=[text])


def test_every_fault_is_described_in_one_line():
    """The table is what `sandbox --faults` prints: unique, short descriptions, and about thirty of them at least."""
    descriptions = [spec.description for spec in FAULTS.values()]

    assert len(FAULTS) >= 30
    assert len(set(descriptions)) == len(descriptions)
    assert all(0 < len(text) <= 90 and "\n" not in text for text in descriptions)


def test_every_fault_has_a_test():
    """A fault nobody shows is a promise nobody checks."""
    shown = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*faults*.py"))

    assert not [name for name in FAULTS if f'"{name}"' not in shown and f'"{name}=' not in shown]


def test_without_faults_the_media_type_is_scims(faulty):
    """The control: nothing above happens by itself."""
    response = faulty().send("POST", "/Users", {"userName": "Cyd"}, **{"Content-Type": MEDIA_TYPE})

    assert (response.status_code, response.headers["content-type"]) == (201, "application/scim+json")
