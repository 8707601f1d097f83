"""The example of docs/checkpoints.md, in two processes; and what can do without LangGraph."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.paths import ROOT
from emulator.suite.suite import Suite
from experience.ids import new_id

PAGE = ROOT / "docs" / "checkpoints.md"
FUNCTIONS = ROOT / "functions"

HIDING = """
import sys

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"langgraph", "langchain_core", "ormsgpack"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hiding())
"""


def example() -> str:
    """The block of the page that is a whole program."""
    blocks: list[str] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    [found] = [each for each in blocks if "sys.argv" in each]
    return found


def run(
    program: Path | str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    how = [str(program)] if isinstance(program, Path) else ["-c", program]
    return subprocess.run(
        [sys.executable, *how, *arguments],
        env={**os.environ, "PYTHONPATH": str(FUNCTIONS), **environment},
        cwd=FUNCTIONS,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_graph_that_a_process_interrupted_resumes_in_another(
    suite: Suite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    program = tmp_path / "two_agents.py"
    program.write_text(example().replace('"lumen"', f'"{new_id()}"'))
    monkeypatch.setattr(sys, "argv", [str(program), "ask", "Café Luna"])
    runpy.run_path(str(program))
    assert capsys.readouterr().out == "What is the prize?\n"
    answered = run(program, "answer", "a mug", **suite.env)
    assert answered.returncode == 0, answered.stderr
    *agents, person, editor = answered.stdout.splitlines()
    assert sorted(agents) == [
        "critic: what does Café Luna offer?",
        "writer: Café Luna, come and spin",
    ]
    assert (person, editor) == ("person: a mug", "editor: done after 3 notes")


def test_without_langgraph_the_sweep_loads_and_the_saver_names_the_extra() -> None:
    statements = """
from experience.checkpoints.endpoints import sweep_checkpoints
try:
    from experience.checkpoints import FirestoreSaver
except ImportError as error:
    print(error)
import experience.checkpoints
print(hasattr(experience.checkpoints, "nothing"))
"""
    environment = {"GCLOUD_PROJECT": "demo-guest", "FIREBASE_CONFIG": "{}"}
    ran = run(HIDING + statements, **environment)
    assert ran.returncode == 0, ran.stderr
    said, nothing = ran.stdout.splitlines()
    assert "install the extra `checkpoints`" in said
    assert nothing == "False"
