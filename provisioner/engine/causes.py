"""What usually lies behind a refusal, judged from what was asked and what came back: the first cause that holds."""

from collections.abc import Callable
from typing import Final

from provisioner.engine.suspects import suspected
from provisioner.model.answer import Exchange, Fault, FaultKind
from provisioner.model.directory import ObjectKind
from provisioner.model.frozen import frozen
from provisioner.model.path import CORE_GROUP, CORE_USER, ENTERPRISE_USER
from provisioner.model.question import Create, Find, Modify, Question, Remove

_KNOWN_SCHEMAS: Final = {urn.lower() for urn in (CORE_USER, CORE_GROUP, ENTERPRISE_USER)}

_PATCH_REFUSED: Final = frozenset({400, 404, 422, 500, 501})
"""Statuses by which endpoints show that they do not take what a PATCH carries; 500 where it makes them stumble."""


@frozen
class Case:
    """A question that failed. ``said`` is all the target told, in lower case."""

    question: Question
    fault: Fault
    said: str

    def mentions(self, *words: str) -> bool:
        """Whether the target's answer holds one of these words."""
        return any(word in self.said for word in words)

    def asks(self, kind: type, *statuses: int) -> bool:
        """Whether a question of this kind was answered with one of these statuses."""
        return isinstance(self.question, kind) and self.fault.status in statuses

    def is_unreadable(self, kind: type = object) -> bool:
        """Whether a question of this kind got a success that is not SCIM."""
        return self.fault.kind is FaultKind.UNREADABLE and isinstance(self.question, kind)

    @property
    def is_page(self) -> bool:
        """Whether a web page came back."""
        return self.said.startswith("<")

    @property
    def is_taken(self) -> bool:
        """Whether a conflict is about a value that somebody has, as far as the answer tells."""
        return not self.said or self.mentions("already", "in use", "exist", "taken", "duplicate")


@frozen
class Cause:
    """A cause that can be told from the question and the answer, and what helps."""

    holds: Callable[[Case], bool]
    remedy: str


def likely_cause(question: Question, fault: Fault, exchange: Exchange) -> str | None:
    """What helps against the usual cause; None when nothing better is known than what the status says."""
    said = " ".join((exchange.response, fault.detail, fault.scim_type)).strip().lower()
    case = Case(question, fault, said)
    for cause in CAUSES:
        if cause.holds(case):
            return cause.remedy
    return suspected(question, said) if isinstance(question, Modify) and case.asks(Modify, *_PATCH_REFUSED) else None


def _writes_unlisted_schema(case: Case) -> bool:
    if not isinstance(case.question, Create):
        return False
    body = case.question.body
    custom = {key.lower() for key in body if key.lower().startswith("urn:")} - _KNOWN_SCHEMAS
    return bool(custom - {urn.lower() for urn in body.get("schemas", ())}) and case.mentions(
        "listed", "in schemas", "schemas attribute"
    )


def _denies_its_own_id(case: Case) -> bool:
    question = case.question
    if not isinstance(question, Modify) or case.fault.status != 404:
        return False
    return question.id.lower() in case.said and not case.mentions("member", "path", "attribute")


CAUSES: Final = (
    Cause(
        lambda case: case.is_page and case.fault.status in (400, 401, 403, 406, 429, 503),
        "A web page came back, not the endpoint's own answer. A firewall in front of it often blocks requests without "
        "a User-Agent, and Entra never sends one (E1): let such requests through.",
    ),
    Cause(
        lambda case: case.is_page and case.is_unreadable(),
        "A web page came back as a success: a sign-in page where the token should do, or a path that is the site's and "
        "not the SCIM endpoint's. Check the tenant URL.",
    ),
    Cause(
        lambda case: case.fault.status == 406,
        'Answer requests without an Accept header (E4), or set accept = "application/scim+json" in [fidelity].',
    ),
    Cause(
        lambda case: case.fault.status == 415,
        "Accept bodies labelled application/scim+json; charset=utf-8 (E3, RFC 7644 section 3.1).",
    ),
    Cause(
        lambda case: case.asks(Remove, 405, 501),
        'Implement DELETE (RFC 7644 section 3.6), or leave "delete" out of the actions (E58b).',
    ),
    Cause(
        _denies_its_own_id,
        "Know an account by the id that its create or its look-up was answered with (E29): this request went to that "
        "id, and the endpoint says that nobody has it.",
    ),
    Cause(
        lambda case: case.asks(Modify, 405),
        "Implement PATCH (RFC 7644 section 3.5.2): Entra never sends PUT (E9).",
    ),
    Cause(
        lambda case: case.asks(Find, 404, 405, 501) and case.question.kind is ObjectKind.GROUP,
        "Implement /Groups (E15), or leave [groups] out of the job.",
    ),
    Cause(
        lambda case: case.asks(Find, 404),
        "Check the path of the tenant URL. If it is right: answer a filter that finds nobody with 200 and an empty "
        "list, never with 404 (E13, RFC 7644 section 3.4.2).",
    ),
    Cause(
        lambda case: case.asks(Find, 400, 422, 501),
        "Let the endpoint filter by this attribute with eq: every account is looked up by its matching attribute, and "
        "each activity opens with a filter for a random value (E13, E28).",
    ),
    Cause(
        lambda case: case.is_unreadable(Find) and case.mentions("resources", "totalresults"),
        'Say "totalResults": 0 and "Resources": [] when nobody is found; null is no list (E16).',
    ),
    Cause(
        lambda case: case.is_unreadable(Find),
        "Answer a filter with a ListResponse, also when it finds one or nobody (E16, RFC 7644 section 3.4.2).",
    ),
    Cause(
        lambda case: case.is_unreadable(Create),
        "Answer a create with the new account, its id a text (E29): the service stores the id and does not ask again.",
    ),
    Cause(
        lambda case: case.asks(Create, 409) and not case.is_taken,
        "409 says that the account exists, yet the filter found nobody. If the endpoint refuses for another reason, "
        "such as a licence or a closed account, let it say 400 or 403.",
    ),
    Cause(
        _writes_unlisted_schema,
        "Take an extension that schemas does not list, as Entra writes it (E39), or set "
        'custom_schemas = "listed" in [fidelity].',
    ),
    Cause(
        lambda case: case.asks(Create, 400, 422),
        "Take or ignore the attribute the answer names, or leave its mapping out of the job. Every create also carries "
        "schemas and meta.resourceType (E39, E40).",
    ),
)
