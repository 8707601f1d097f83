"""The comparison as a table."""

from collections.abc import Sequence

from tools import markdown
from tools.benchmarks.production.comparison import Result


def table(results: Sequence[Result]) -> str:
    """A row for each function and number of clients: ours, and its ratio to the one by hand."""
    heads = [
        "callable",
        " clients",
        " wait, ours",
        " by hand",
        " ratio",
        " calls a second, ours",
        " by hand",
        " ratio",
        " CPU for each call, ours",
        " by hand",
        " ratio",
    ]
    return markdown.table(heads, map(_row, results))


def _row(result: Result) -> list[object]:
    ours, other = result.ours, result.by_hand
    return [
        f"`{result.function}`",
        result.clients,
        f"{ours.wait * 1000:.2f} ms",
        f"{other.wait * 1000:.2f} ms",
        f"**{ours.wait / other.wait:.2f}**",
        f"{ours.a_second:.0f}",
        f"{other.a_second:.0f}",
        f"**{ours.a_second / other.a_second:.2f}**",
        f"{ours.cpu * 1000:.2f} ms",
        f"{other.cpu * 1000:.2f} ms",
        f"**{ours.cpu / other.cpu:.2f}**",
    ]
