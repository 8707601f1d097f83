"""`make cost`: measure what everything costs, and write it to figures.toml and docs/cost.md."""

import sys

from rich.console import Console
from rich.table import Table

from tools.cost import figures, page, parts


def main() -> int:
    """Write both files; 1 where a figure still lacks its reason or a function its figure."""
    console = Console()
    kept = figures.load()
    with console.status("Measuring …") as status:
        measured, deployed = parts.measure(kept, lambda what: status.update(f"Measuring {what} …"))
    figures.save(measured)
    page.PAGE.write_text(page.rendered(measured))
    console.print(_table(measured))
    for change in figures.changes(kept, measured):
        console.print(f"[yellow]•[/] {change}", highlight=False)
    missing = list(figures.missing(measured, deployed))
    for what in missing:
        console.print(f"[red]✗[/] {what}", highlight=False)
    console.print("Wrote docs/cost.md and tools/cost/figures.toml.")
    return int(bool(missing))


def _table(measured: figures.Figures) -> Table:
    table = Table("function", "state", title="What it costs", title_justify="left")
    for heading in ("reads", "writes", "deletes"):
        table.add_column(heading, justify="right")
    table.add_column("and")
    for (function, state), cost in measured.costs.items():
        documents = [str(amount or "") for amount in (cost.reads, cost.writes, cost.deletes)]
        table.add_row(function, state, *documents, page.besides(cost))
    return table


if __name__ == "__main__":
    sys.exit(main())
