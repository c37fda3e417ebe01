"""Results as one self-contained page for people: what failed first, and a few lines of script to search in it."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from provisioner.model.errors import InputError, Place
from provisioner.model.result import Result

_PAGE: Final = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>$title</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
  pre { margin: .2rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  .failed td:first-child { color: #d1242f; font-weight: 600; } .passed td:first-child { color: #1a7f37; }
  .remarked td:first-child { color: #9a6700; }
  .place { opacity: .7; } input { font: inherit; padding: .3rem; }
</style>
<h1>$title</h1>
<p><strong>$totals</strong></p>
<p><input id="search" placeholder="search" aria-label="search">
<label><input id="failed" type="checkbox"$only> only what failed</label> <span id="shown"></span></p>
<table><thead><tr><th>result</th><th>of</th><th>what</th><th>seconds</th></tr></thead><tbody>
$rows
</tbody></table>
<script>
  const rows = [...document.querySelectorAll("tbody tr")];
  const search = document.getElementById("search"), failed = document.getElementById("failed");
  function show() {
    const wanted = search.value.toLowerCase();
    let count = 0;
    for (const row of rows) {
      const fits = row.textContent.toLowerCase().includes(wanted) && (!failed.checked || row.className === "failed");
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("shown").textContent = count + " of " + rows.length;
  }
  search.oninput = failed.oninput = show;
  show();
</script>
</html>
""")


def write_html(path: str, title: str, results: Sequence[Result]) -> None:
    """Write the page. Whatever a name or a value holds, it is text in it (F37).

    :raises InputError: when the file cannot be written.
    """
    failures = sum(bool(result.failure) for result in results)
    page = _PAGE.substitute(
        title=escape(title),
        totals=f"{len(results) - failures} passed, {failures} failed",
        only=" checked" if failures else "",
        rows="\n".join(_row(result) for result in sorted(results, key=lambda result: not result.failure)),
    )
    try:
        Path(path).write_bytes(page.encode(errors="replace"))
    except OSError as error:
        message = f"the page cannot be written: {error.strerror}"
        raise InputError(message, place=Place(path), hint="name a file in a folder that exists") from None


def _row(result: Result) -> str:
    outcome = "failed" if result.failure else "remarked" if result.remark else "passed"
    told = "".join(f"<pre>{escape(text)}</pre>" for text in (result.failure, result.remark) if text)
    where = f' <span class="place">{escape(str(result.place))}</span>' if result.place.line is not None else ""
    took = "" if result.seconds is None else f"{result.seconds:.2f}"
    cells = (outcome, escape(result.suite), escape(result.name) + where + told, took)
    return f'<tr class="{outcome}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
