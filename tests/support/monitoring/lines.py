"""What log lines the code of the functions writes, by message, with the fields of each."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from pydantic.alias_generators import to_camel

from emulator.paths import ROOT

WRITERS = {"info", "warning", "error", "bug"}
OF_HANDLING = {"function", "reason", "durationMs"}
LABELS = {"function", "reason", "project", "workspace", "execution_id"}


@cache
def written_lines() -> dict[str, set[str]]:
    """The fields of each message."""
    lines: dict[str, set[str]] = defaultdict(set)
    for file in (ROOT / "functions" / "experience").rglob("*.py"):
        for message, fields in _lines(ast.parse(file.read_text())):
            lines[message] |= fields
    return dict(lines)


def _lines(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="Handling"), args=[ast.Constant(value=str(kind)), *_]
            ):
                # such as `handling.fields["uid"] = …`
                own = {
                    str(each.slice.value)
                    for each in ast.walk(tree)
                    if isinstance(each, ast.Subscript)
                    and isinstance(each.value, ast.Attribute)
                    and each.value.attr == "fields"
                    and isinstance(each.slice, ast.Constant)
                }
                yield kind, OF_HANDLING | own
            case ast.Call(func=func, args=[ast.Constant(value=str(message))], keywords=keywords):
                if _writer(func):
                    fields = {to_camel(each.arg) for each in keywords if each.arg}
                    traced = {"stack_trace"} if "exc" in fields or _writer(func) == "bug" else set()
                    yield message, {"function", *fields, *traced}


def _writer(func: ast.expr) -> str | None:
    """`info` of `logs.info`, `bug` of `handling.bug`, and `log` of a name for either of them."""
    match func:
        case ast.Attribute(value=ast.Name(id="logs" | "handling"), attr=name) if name in WRITERS:
            return name
        case ast.Name(id="log"):
            return "log"
    return None
