"""Small worlds for the pure core: a job of mappings, people, and a conversation played by hand."""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from typing import Any

from provisioner.engine.dialect import Dialect
from provisioner.engine.expression import Environment
from provisioner.engine.mapping import CompiledRules, compile_rules, evaluate, user_attributes
from provisioner.engine.scope import dispose
from provisioner.engine.source import read_user
from provisioner.engine.story import Context, Subject
from provisioner.model.answer import Answer
from provisioner.model.decision import AssignmentPath, Decision
from provisioner.model.directory import AppRole, ObjectKind, SourceUser
from provisioner.model.fidelity import Fidelity
from provisioner.model.job import Apply, Job, MappingKind, Rules, TargetSettings
from provisioner.model.job import Mapping as AttributeMapping
from provisioner.model.path import ENTERPRISE_USER, parse_path
from provisioner.model.question import Question
from provisioner.model.schema import ValueType, known_attribute
from provisioner.model.state import Link

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ROLE = AppRole("11111111-1111-1111-1111-111111111111", "editor", "Editor")


class CountingIds:
    """Ids one after another."""

    def __init__(self) -> None:
        self.count = 0

    def guid(self) -> str:
        self.count += 1
        return f"00000000-0000-4000-8000-{self.count:012d}"

    def randbelow(self, bound: int) -> int:
        self.count += 1
        return self.count % bound


def mapping(target: str, source: str | None = None, **more: Any) -> AttributeMapping:
    """One mapping as a job file would give it."""
    path = parse_path(target)
    facts = known_attribute(path)
    constant = more.pop("constant", None)
    direct = source is not None and source[:1] == "[" and source.count("[") == 1
    kind = (
        MappingKind.CONSTANT
        if constant is not None
        else MappingKind.NONE
        if source is None
        else MappingKind.DIRECT
        if direct
        else MappingKind.EXPRESSION
    )
    defaults: dict[str, Any] = {
        "type": facts.type if facts else ValueType.STRING,
        "case_exact": facts.case_exact if facts else False,
        "apply": Apply.ALWAYS,
    }
    return AttributeMapping(path, kind, constant if constant is not None else source, **{**defaults, **more})


ACTIVE = mapping("active", 'Switch([IsSoftDeleted], , "False", "True", "True", "False")')
USER_NAME = mapping("userName", "[userPrincipalName]", match=1, required=True)
TITLE = mapping("title", "[jobTitle]")
MANAGER = mapping(f"{ENTERPRISE_USER}:manager", "[manager]")


def job(*mappings: AttributeMapping, **more: Any) -> Job:
    """A job of these user mappings."""
    actions = more.pop("actions", frozenset({"create", "update", "delete"}))
    rules = Rules(ObjectKind.USER, mappings or (USER_NAME, ACTIVE, TITLE), actions=actions)
    fidelity = Fidelity(**more.pop("fidelity", {}))
    target = TargetSettings("http://127.0.0.1:1/scim")
    return Job("test", "test.toml", "directory", target, rules, fidelity=fidelity, **more)


def compiled(*mappings: AttributeMapping, **more: Any) -> CompiledRules:
    """Rules of these mappings, ready to run."""
    made = job(*mappings, **more)
    return compile_rules(made, made.users)


def user(**properties: Any) -> SourceUser:
    """A person as the snapshot has her, with Graph's property names."""
    return read_user({"id": "u1", "userPrincipalName": "ada@contoso.example", "jobTitle": "Engineer", **properties})


ASSIGNED = Decision(assigned=True, passes=True, paths=(AssignmentPath(ROLE),))


def context(rules: CompiledRules, *, flag: bool = False, owners: Mapping[str, str] | None = None) -> Context:
    """A context in which target ids belong to ``owners``."""
    return Context(rules, Dialect(flag, rules.fidelity), lambda _, target_id: (owners or {}).get(target_id))


def subject(
    rules: CompiledRules, person: SourceUser | None, decision: Decision | None = ASSIGNED, link: Link | None = None
) -> Subject:
    """A subject as a cycle prepares it."""
    from provisioner.engine.mapping import Desired

    if person is None or decision is None:
        return Subject(ObjectKind.USER, "u1", "u1", dispose(None, link, rules), None, Desired(()), link)
    desired = evaluate(rules.flowing, Environment(user_attributes(person, decision, rules), NOON, CountingIds()))
    return Subject(ObjectKind.USER, person.id, person.name, dispose(decision, link, rules), decision, desired, link)


def linked(**more: Any) -> Link:
    """A link of u1 to the target id t1."""
    return Link(ObjectKind.USER, "u1", "t1", **more)


def play(flow: Generator[Question, Answer, Any], *answers: Answer) -> tuple[list[Question], Any]:
    """Answer a flow's questions one by one: the questions it asked, and what it returned."""
    asked: list[Question] = []
    remaining = list(answers)
    try:
        question = next(flow)
        while True:
            asked.append(question)
            question = flow.send(remaining.pop(0))
    except StopIteration as stop:
        assert not remaining, "answers were left over"
        return asked, stop.value
