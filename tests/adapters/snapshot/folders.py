"""One small directory, written in every form a snapshot may have."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Content = Mapping[str, Sequence[Mapping[str, Any]]]

FORMS = ("json", "wrapped", "jsonl", "csv", "single")

SMALL: Content = {
    "users": [
        {
            "id": "u2",
            "userPrincipalName": "zoë@contoso.example",
            "displayName": 'Zoë, the "second"',
            "accountEnabled": True,
            "businessPhones": ["+49 1", "+49 2"],
            "manager": {"id": "u1"},
        },
        {
            "id": "u1",
            "userPrincipalName": "alex@contoso.example",
            "displayName": "Alex\nof two lines",
            "accountEnabled": False,
            "businessPhones": [],
            "manager": None,
        },
        {
            "id": "u3",
            "userPrincipalName": "guest_partner.example#EXT#@contoso.example",
            "displayName": "Guest",
            "accountEnabled": True,
            "businessPhones": ["+1"],
            "manager": {"id": "nobody-here"},
        },
    ],
    "groups": [
        {"id": "g2", "displayName": "Sales", "securityEnabled": False, "members": [{"id": "u2"}, {"id": "ghost"}]},
        {"id": "g1", "displayName": "All", "securityEnabled": True, "members": [{"id": "u3"}, {"id": "u1"}]},
    ],
    "assignments": [
        {"principalId": "g1", "principalType": "Group", "principalDisplayName": "All", "appRoleId": "r1"},
        {"principalId": "u2", "principalType": "User", "principalDisplayName": "Zoë", "appRoleId": None},
    ],
    "appRoles": [{"id": "r1", "value": "reader", "displayName": "Reader"}],
}


def write(path: Path, form: str, content: Content = SMALL) -> Path:
    """The content as a folder at ``path`` in one of FORMS, or as one file; where to open it."""
    if form == "single":
        file = path.with_suffix(".json")
        file.write_text(json.dumps(content))
        return file
    path.mkdir(parents=True, exist_ok=True)
    suffix = "json" if form == "wrapped" else form
    for section, entries in content.items():
        (path / f"{section}.{suffix}").write_bytes(text_of(form, entries).encode())
    return path


def text_of(form: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """The entries of one file."""
    match form:
        case "jsonl":
            return "".join(json.dumps(entry) + "\n" for entry in entries)
        case "wrapped":
            return json.dumps({"@odata.context": "https://graph.example", "value": entries}, ensure_ascii=False)
        case "csv":
            return _table(entries)
    return json.dumps(entries, indent=1)


def write_manifest(folder: Path, **said: Any) -> None:
    """A manifest that tells the truth about the files of the folder, with what is said besides."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    (folder / "manifest.json").write_text(json.dumps({"sha256": digests, **said}))


def _table(entries: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(name for entry in entries for name in entry)) or ["id"]
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(names)
    table.writerows([_cell(entry.get(name)) for name in names] for entry in entries)
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(_cell(part) for part in value)
    if isinstance(value, dict):
        return str(value["id"])
    return "" if value is None else str(value)
