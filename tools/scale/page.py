"""The page of limits, and its picture."""

from collections.abc import Iterable, Sequence

from tools import markdown
from tools.manifest import ROOT
from tools.scale.limits import Limit
from tools.scale.picture import bars

PAGE = ROOT / "docs" / "scale.md"
PICTURE = ROOT / "docs" / "pictures" / "scale.svg"


def tables(limits: Sequence[Limit]) -> dict[str, str]:
    """The blocks of the page."""
    return {
        "ours": _table(limit for limit in limits if limit.is_ours),
        "others": _table(limit for limit in limits if not limit.is_ours),
    }


def rendered(limits: Sequence[Limit]) -> str:
    """The page as it ought to be."""
    return markdown.filled(PAGE.read_text(), tables(limits))


def write(limits: Sequence[Limit]) -> None:
    """Write the page and the picture."""
    PAGE.write_text(rendered(limits))
    PICTURE.write_text(bars(limits))


def _table(limits: Iterable[Limit]) -> str:
    head = ["limit", " visits a minute", "computed from", "raised by", "source"]
    rows = [
        [limit.name, f"{limit.visits:,.0f}", limit.how, limit.raised_by, _link(limit.source)]
        for limit in limits
    ]
    return markdown.table(head, rows)


def _link(source: str) -> str:
    return f"<{source}>" if source.startswith("https://") else f"[page]({source})"
