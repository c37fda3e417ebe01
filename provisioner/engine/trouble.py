"""Trouble with a target in the words of the portal: a code, what it means, and what usually helps (E104)."""

from dataclasses import replace
from typing import Final

from provisioner.engine.causes import likely_cause
from provisioner.model.answer import Exchange, Fault, FaultKind, Refused, Unknown
from provisioner.model.frozen import frozen
from provisioner.model.outcome import ErrorInfo
from provisioner.model.question import Create, Find, Question, writes

SCIM: Final = "SystemForCrossDomainIdentityManagement"
"""Prefix of the codes the service uses for SCIM targets (E104)."""


@frozen
class Advice:
    """A code of the log with its category and what to do."""

    code: str
    category: str
    action: str


THROTTLED: Final = Advice("TooManyRequests", "TransientFailure", "Raise the endpoint's rate limit for this client.")

_BY_STATUS: Final[dict[int, Advice]] = {
    400: Advice(f"{SCIM}BadRequest", "NonServiceFailure", "Compare the request with what the endpoint accepts."),
    401: Advice("Unauthorized", "NonServiceFailure", "Check the secret token of the job."),
    403: Advice("InsufficientRights", "NonServiceFailure", "Check that the token's account may do this in the target."),
    404: Advice("InvalidAnchor", "NonServiceFailure", "Check that the endpoint knows the id or path it was asked for."),
    409: Advice("EntryConflict", "NonServiceFailure", "Find the account in the target that already holds the value."),
    413: Advice(f"{SCIM}BadRequest", "NonServiceFailure", "Let the endpoint accept a request of this size."),
    415: Advice(f"{SCIM}BadRequest", "NonServiceFailure", "Let the endpoint accept application/scim+json."),
    422: Advice("UnprocessableEntity", "NonServiceFailure", "Compare the request with what the endpoint accepts."),
    429: THROTTLED,
    501: Advice("NotImplemented", "NonServiceFailure", "The endpoint does not implement what Entra needs here."),
}
_ON_TEST: Final = frozenset({401, 404})
"""Statuses that say, in answer to a probe, that the credentials could not be validated (E104)."""

_CREDENTIALS: Final = f"{SCIM}CredentialValidationUnavailable"

_CLIENT_ERROR = Advice(f"{SCIM}BadRequest", "NonServiceFailure", "Compare the request with what the endpoint accepts.")
_SERVER_ERROR = Advice(f"{SCIM}ServerError", "TransientFailure", "Look in the endpoint's own log at this time.")

_BY_KIND: Final[dict[FaultKind, Advice]] = {
    FaultKind.UNWRITABLE: Advice(
        f"{SCIM}BadRequest", "NonServiceFailure", "Correct the value named: it can stand in no URL or in no JSON."
    ),
    FaultKind.NOT_SENT: Advice("WebExceptionProtocolError", "TransientFailure", "Check that the endpoint runs."),
    FaultKind.TLS: Advice("WebExceptionProtocolError", "NonServiceFailure", "Check the endpoint's certificate."),
    FaultKind.TIMEOUT: Advice("Timeout", "TransientFailure", "Find out why the endpoint takes so long to answer."),
    FaultKind.CLOSED: Advice("WebExceptionProtocolError", "TransientFailure", "Find out why the endpoint hung up."),
    FaultKind.REDIRECT: Advice(
        f"{SCIM}ServiceIncompatible", "NonServiceFailure", "Give the final URL in the job: redirects are not followed."
    ),
    FaultKind.UNREADABLE: Advice(
        f"{SCIM}ServiceIncompatible", "NonServiceFailure", "Make the endpoint answer with SCIM JSON (RFC 7644)."
    ),
    FaultKind.TOO_LARGE: Advice(
        f"{SCIM}ServiceIncompatible",
        "NonServiceFailure",
        "Make the endpoint answer a filter with what matches it only.",
    ),
    FaultKind.LIES: Advice(
        f"{SCIM}BadResponse", "NonServiceFailure", "Make the endpoint's answer agree with itself and with the question."
    ),
    FaultKind.INTERRUPTED: Advice("Timeout", "TransientFailure", "The run was stopped; the next one settles it."),
}

CONFLICT_AFTER_EMPTY_FILTER: Final = Advice(
    f"{SCIM}ServiceIncompatibleFiltering",
    "NonServiceFailure",
    "The filter found nobody but the create was refused as a duplicate: does the filter hide disabled accounts, "
    "or compare case-sensitively?",
)
DUPLICATE_TARGET: Final = Advice(
    "DuplicateTargetEntries", "NonServiceFailure", "Leave one of the accounts with this value in the target."
)
DUPLICATE_SOURCE: Final = Advice(
    "DuplicateSourceEntries", "NonServiceFailure", "Give the two source objects different matching values."
)
FILTER_IGNORED: Final = Advice(
    f"{SCIM}BadResponse",
    "NonServiceFailure",
    "Make the endpoint apply the filter it is sent.",
)
EXPRESSION_FAILED: Final = Advice(
    "AttributeMappingExpressionError",
    "NonServiceFailure",
    "Correct the mapping's expression or the object's attribute.",
)
BUG: Final = Advice("InternalServerError", "ServiceFailure", "This is a defect of this program; please report it.")


def error(advice: Advice, reason: str, exchange: Exchange | None = None, details: str = "") -> ErrorInfo:
    """An error of the log from an advice, with the evidence beside it."""
    return ErrorInfo(advice.code, advice.category, reason, advice.action, details, exchange)


def diagnose(question: Question, answer: Refused | Unknown) -> ErrorInfo:
    """What a refusal or an uncertainty means, given what was asked: the portal's code, and what usually helps."""
    fault = answer.fault
    advice = _advice(question, fault)
    remedy = likely_cause(question, fault, answer.exchange) or advice.action
    reason = _reason(fault)
    if isinstance(answer, Unknown) and writes(question):
        reason += f"{'' if reason.endswith('.') else '.'} It may have happened all the same."
    return error(replace(advice, action=remedy), reason, answer.exchange, fault.scim_type)


def _advice(question: Question, fault: Fault) -> Advice:
    if fault.kind is FaultKind.NOT_SENT and fault.status == 429:
        return THROTTLED
    if fault.kind is not FaultKind.STATUS or fault.status is None:
        return _BY_KIND.get(fault.kind, _CLIENT_ERROR)
    if isinstance(question, Find) and question.probe and fault.status in _ON_TEST:
        return replace(_BY_STATUS[fault.status], code=_CREDENTIALS)
    if fault.status == 409 and isinstance(question, Create):
        return CONFLICT_AFTER_EMPTY_FILTER
    return _BY_STATUS.get(fault.status) or (_SERVER_ERROR if fault.status >= 500 else _CLIENT_ERROR)


def _reason(fault: Fault) -> str:
    status = f"The target answered {fault.status}" if fault.status is not None else "The target did not answer"
    return f"{status}: {fault.detail}" if fault.detail else f"{status}."


def is_credential_failure(fault: Fault) -> bool:
    """Whether the target refused the token (E91)."""
    return fault.kind is FaultKind.STATUS and fault.status in (401, 403)


def is_silence(fault: Fault) -> bool:
    """Whether the target gave no HTTP answer at all."""
    return fault.kind in (FaultKind.NOT_SENT, FaultKind.TIMEOUT, FaultKind.CLOSED, FaultKind.TLS)
