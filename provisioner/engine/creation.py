"""What the POST of a new object carries, and what waits for a PATCH (E29, E34, E43)."""

from typing import Any

from provisioner.engine.mapping import CompiledRules, Desired, default_of, is_empty
from provisioner.engine.story import Context
from provisioner.model.path import TargetPath


def exported(desired: Desired, rules: CompiledRules) -> tuple[list[tuple[TargetPath, Any]], list[str]]:
    """What a new account gets at once, and the paths of what waits for the next cycle (E43)."""
    everything = rules.fidelity.unknown_on_create == "sent"
    at_once: list[tuple[TargetPath, Any]] = []
    waiting: list[str] = []
    for flowing, value in desired.values:
        if flowing.is_reference:
            continue
        if flowing.only_default or is_empty(value):
            value = default_of(flowing.mapping)
            if is_empty(value):
                continue
        if everything or flowing.in_post:
            at_once.append((flowing.mapping.target, value))
        else:
            waiting.append(flowing.mapping.target.text)
    return at_once, waiting


def placed_references(desired: Desired, context: Context) -> list[tuple[TargetPath, str]]:
    """References that travel in the POST: none, but by the setting those to people who have an account (E29)."""
    if context.rules.fidelity.manager_on_create == "own-patch":
        return []
    wanted = [(f.mapping.target, value) for f, value in desired.values if f.is_reference and not is_empty(value)]
    return [(target, account) for target, value in wanted if (account := context.account(str(value)))]
