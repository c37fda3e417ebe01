"""A plan as one self-contained page: everything in it is text, and a few lines of script search and filter it."""

from collections.abc import Iterable
from html import escape
from string import Template
from typing import Any

from provisioner.cli.output import writing
from provisioner.model.plan import PlannedObject, PlanSummary

_HEAD = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>Plan of $job</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1f; }
  table { border-collapse: collapse; width: 100%; }
  td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }
  .create { color: #0a6b2d; } .update { color: #0b4f9e; } .disable, .delete, .stagedDelete, .fail { color: #a4161a; }
  .skip, small { color: #666; } input, select { font: inherit; padding: .3rem; } ul { margin: 0; padding-left: 1.1rem; }
</style>
<h1>Plan of $job</h1>
<p>$totals</p>
<p><input id="search" type="search" placeholder="search" aria-label="search">
<select id="type" aria-label="type"><option value="">users and groups</option></select>
<select id="action" aria-label="action"><option value="">every action</option>$actions</select>
<select id="reason" aria-label="reason"><option value="">every reason</option></select>
<select id="attribute" aria-label="attribute"><option value="">every attribute</option></select>
<span id="shown"></span></p>
<table><thead><tr>
<th>type</th><th>object</th><th>action</th><th>what changes</th><th>reason</th>
</tr></thead><tbody>
""")

_TAIL = """</tbody></table>
<script>
  const rows = [...document.querySelectorAll("tbody tr")];
  const search = document.getElementById("search");
  const told = {
    type: row => [row.cells[0].textContent],
    action: row => [row.cells[2].textContent],
    attribute: row => [...row.querySelectorAll("b")].map(name => name.textContent),
    reason: row => [row.cells[4].textContent],
  };
  const filters = Object.entries(told).map(([id, values]) => [document.getElementById(id), values]);
  for (const [filter, values] of filters) {
    if (filter.id === "action") continue;
    for (const value of [...new Set(rows.flatMap(values))].sort()) filter.add(new Option(value, value));
  }
  function show() {
    const wanted = search.value.toLowerCase();
    const chosen = filters.filter(([filter]) => filter.value);
    let count = 0;
    for (const row of rows) {
      const fits = row.textContent.toLowerCase().includes(wanted) &&
        chosen.every(([filter, values]) => values(row).includes(filter.value));
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("shown").textContent = count + " of " + rows.length;
  }
  for (const control of [search, ...filters.map(([filter]) => filter)]) control.oninput = show;
  show();
</script>
</html>
"""


def write_page(path: str, summary: PlanSummary, objects: Iterable[PlannedObject]) -> None:
    """Write the page. Whatever people are called, it is text in it (F37).

    :raises InputError: when the file cannot be written.
    """
    counts = {name: count for name, count in summary.counts.as_json().items() if count}
    totals = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing to do"
    skipped = "".join(f"<br>skipped {count}: {escape(reason)}" for reason, count in summary.skipped.items())
    held = (
        f"<br><strong>{escape(summary.verdict or summary.problem)}</strong>"
        if summary.verdict or summary.problem
        else ""
    )
    head = _HEAD.substitute(
        job=escape(summary.job),
        totals=escape(f"{summary.cycle} cycle: {totals}") + skipped + held,
        actions="".join(f"<option>{escape(name)}</option>" for name in counts),
    )
    with writing(path) as page:
        page.write(head.encode())
        page.writelines(f"{_row(planned)}\n".encode() for planned in objects)
        page.write(_TAIL.encode())


def _row(planned: PlannedObject) -> str:
    why = f"{planned.reason}; {planned.skip_reason}" if planned.skip_reason else planned.reason
    error = escape(f"{planned.error_code}: {planned.error}") if planned.error_code else ""
    account = f" → {planned.target_id}" if planned.target_id else ""
    who = f"{escape(planned.name)}<br><small>{escape(planned.id + account)}</small>"
    cells = (escape(planned.kind), who, escape(planned.action), error + _changes(planned), escape(why))
    return f'<tr class="{escape(planned.action)}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _changes(planned: PlannedObject) -> str:
    items = "".join(f"<li>{_change(change)}</li>" for change in planned.changes)
    return f"<ul>{items}</ul>" if items else ""


def _change(change: dict[str, Any]) -> str:
    before, after = ("-" if value is None else str(value) for value in (change["before"], change["after"]))
    return f"<b>{escape(str(change['attribute']))}</b>: {escape(before)} → <strong>{escape(after)}</strong>"
