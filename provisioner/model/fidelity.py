"""The thin facts, each a setting: one field per fact of weak evidence, with the default the reference names.

A job sets them in its ``[fidelity]`` table; ``provisioner fidelity`` lists them with their present values.
"""

from dataclasses import field, fields
from typing import Any, Final, Literal

from provisioner.model.frozen import frozen


def _fact(default: Any, fact: str, evidence: str, help: str) -> Any:
    return field(default=default, metadata={"fact": fact, "evidence": evidence, "help": help})


@frozen
class Fidelity:
    """How the service behaves where the evidence is thin. Each field's metadata holds fact, evidence and help."""

    adscimversion: Literal["activity", "5.0"] = _fact(
        "activity", "E2", "L", "the ADSCIMVersion header: 'Date:<time>, ActivityId:<guid>' (2026) or '5.0' (2019)"
    )
    accept: Literal["absent", "application/scim+json"] = _fact("absent", "E4", "L", "the Accept header")
    filter_escape: Literal["json", "none"] = _fact(
        "json",
        "E6",
        "L",
        "quotes and backslashes in a filter value: escaped as in JSON before encoding, or left",
    )
    filter_letters: Literal["lower", "upper"] = _fact(
        "lower",
        "E6",
        "L",
        "hexadecimal letters of reserved characters in a filter: %5b as in the service's published library, or %5B",
    )
    tenant_query: Literal["first", "last"] = _fact(
        "first", "E7", "L", "where the tenant URL's own query stands in a request: before or after filter"
    )
    retry_after: Literal["honour", "ignore"] = _fact(
        "honour",
        "E10",
        "L",
        "on 429: pause the whole job as Retry-After says, within bounds; or count a failure",
    )
    probe_idle: Literal["send", "skip"] = _fact("send", "E14", "L", "the probe in a cycle with nothing to do")
    group_probe: Literal["excluded-members", "plain"] = _fact(
        "excluded-members", "E15", "L", "the probe of /Groups: with excludedAttributes=members or without"
    )
    scope_change: Literal["initial", "after-restart"] = _fact(
        "initial",
        "E26",
        "M",
        "'all' to 'assigned' or back: the next cycle is initial, or only after a restart as in Entra",
    )
    manager_on_create: Literal["own-patch", "in-post"] = _fact(
        "own-patch",
        "E29",
        "L",
        "a manager already linked when its report is created: sent in a PATCH or in the POST",
    )
    lost_link: Literal["match-again", "fail"] = _fact(
        "match-again",
        "E31",
        "L",
        "404 on a linked id: match again at once, or fail with InvalidAnchor",
    )
    late_references: Literal["gap", "close"] = _fact(
        "gap", "E38", "M", "a manager or member that comes into scope later: noticed when its owner changes; or at once"
    )
    custom_schemas: Literal["unlisted", "listed"] = _fact(
        "unlisted", "E39", "H", "a custom extension's URN in a POST's schemas; strict servers refuse it unlisted"
    )
    unknown_on_create: Literal["left-out", "sent"] = _fact(
        "left-out",
        "E43",
        "M",
        "an attribute that is neither SCIM's own nor an extension's: left out of the POST and sent by a PATCH in the "
        "next cycle, or sent at once",
    )
    single_role_patch: Literal["value-path", "json"] = _fact(
        "value-path", "E51", "L", "SingleAppRoleAssignment in a PATCH: the mapping's value path, or JSON in a string"
    )
    integer_patch: Literal["text", "number"] = _fact(
        "text", "E49", "L", "an Integer in a PATCH of the default dialect: a text, as a boolean is, or a number"
    )
    operation_order: Literal["mapping", "alphabet"] = _fact(
        "mapping", "E52", "L", "the operations of a PATCH: in the order of the mappings, or of the target attributes"
    )
    delete_on_scope_loss: Literal["off", "on"] = _fact(
        "off", "E58", "M", "DELETE instead of a disable on losing scope, as a few gallery applications have it"
    )
    flag_additions: Literal["merge", "replace", "separate"] = _fact(
        "merge",
        "E71",
        "M",
        "with the flag: simple additions merge into one add without path after the replace, into the replace itself, "
        "or stand alone",
    )
    flag_lone_simple: Literal["merge", "path"] = _fact(
        "merge",
        "E71",
        "L",
        "with the flag: one simple attribute beside value paths goes without or with its path",
    )
    flag_on_demand: Literal["ignored", "applied"] = _fact("ignored", "E73", "M", "the flag in provision on demand")
    ampersand: Literal["text", "bits"] = _fact(
        "text", "E82", "M", "the filter operators & and !&: does the value's text contain the attribute's, or bit tests"
    )
    iif_null: Literal["error", "false"] = _fact(
        "error", "E80", "M", "a null operand in IIF's condition: the mapping fails, or the condition is false"
    )
    user_type: Literal["flow", "null"] = _fact(
        "flow", "E83", "M", "userType as a source: flows with a warning, or is always empty as the page says"
    )


IN_FLIGHT: Final = "limits.member_patches_in_flight"
"""The one thin fact that is set elsewhere: it is a limit too."""


def describe() -> tuple[tuple[str, str, str, str], ...]:
    """Every setting as (name, fact, evidence, help), in reading order; one of another table with that table's name."""
    own = tuple((f.name, f.metadata["fact"], f.metadata["evidence"], f.metadata["help"]) for f in fields(Fidelity))
    return (*own, (IN_FLIGHT, "E8", "L", "memberships of one group sent at once; 1 sends one after another"))
