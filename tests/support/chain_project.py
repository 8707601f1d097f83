"""A project for suites to run, whose functions trigger one another."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHAIN = Path(__file__).with_name("chain")

Edit = Callable[[dict[str, Any]], Any]


def edit_firebase_json(project: Path, change: Edit) -> None:
    """Apply `change` to the content of firebase.json: it edits in place, or returns a new one."""
    file = project / "firebase.json"
    content = json.loads(file.read_text())
    replacement = change(content)
    file.write_text(json.dumps(content if replacement is None else replacement))
