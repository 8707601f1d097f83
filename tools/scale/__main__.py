"""`make scale`: compute at which rate each limit is met, and write docs/scale.md."""

import sys

from rich.console import Console
from rich.markdown import Markdown

from tools.scale import page
from tools.scale.limits import AIM, facts, limits


def main() -> int:
    """Write the page and its picture; 1 where one of our limits is below the aim."""
    console = Console()
    found = limits(facts())
    page.write(found)
    console.print(Markdown(page.tables(found)["ours"]))
    low = [limit for limit in found if limit.is_ours and limit.visits < AIM]
    for limit in low:
        console.print(f"[red]✗[/] {limit.name}: {limit.visits:,.0f}", highlight=False)
    console.print("Wrote docs/scale.md and docs/pictures/scale.svg.")
    return int(bool(low))


if __name__ == "__main__":
    sys.exit(main())
