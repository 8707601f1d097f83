"""Skills for tests: they write down what they did, and do what the run's payload tells them.

Their world outside is a folder, `WORKFLOW_WORLD`: what is paid there is paid once for each key,
as with a vendor who knows idempotency keys.
"""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from experience.workflows.definitions.loader import DEFINITIONS
from experience.workflows.skills import Cancelled, Context, Data, SkillFailed, Waiting, skill
from tests.support.workflows.sample import generating

__all__ = ["generating"]

HERE = Path(__file__).parent
DEADLINE_SECONDS = 60
IMPOSSIBLE = "impossible"
_lock = threading.Lock()


class Parts(Data):
    """Anything, to be told in its order."""

    first: Any = None
    second: Any = None
    third: Any = None
    fourth: Any = None
    fifth: Any = None
    word: str = ""
    plan: dict[str, Any] = {}

    def text(self) -> str:
        parts = (self.first, self.second, self.third, self.fourth, self.fifth)
        return ",".join(str(each) for each in (*parts, self.word or None) if each is not None)


class Text(Data):
    """What a step made of its parts."""

    text: str


class Numbers(Data):
    """A list in a list, which Firestore does not take, and as many letters as asked for."""

    rows: list[list[int]] = []
    long: str = ""


def world() -> Path:
    return Path(os.environ["WORKFLOW_WORLD"])


def record(name: str, context: Context) -> None:
    """One line for each time that a skill began."""
    line = {"skill": name, "run": context.step.run_id, "step": context.step.step_id}
    with _lock, (world() / "record.jsonl").open("a") as file:
        file.write(json.dumps({**line, "attempt": context.step.attempt}) + "\n")


def recorded() -> list[dict[str, Any]]:
    """What has been written down so far."""
    file = world() / "record.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [json.loads(line) for line in lines]


def wait_for(name: str, context: Context | None = None) -> None:
    """Until a test has made the file; or until cancelled."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (world() / name).exists():
        if context and context.cancelled():
            raise Cancelled
        assert time.monotonic() < deadline, f"nobody made {name}"
        time.sleep(0.01)


def require_possible(given: Parts) -> None:
    """Fail for the one word that cannot be made."""
    if given.word == IMPOSSIBLE:
        raise SkillFailed("IMPOSSIBLE", f"{IMPOSSIBLE} cannot be made.")


@skill("test.note", input_type=Parts, output_type=Text, version="1", max_runtime_seconds=60)
def note(given: Parts, context: Context) -> Text:
    """Pays for its key, and tells its parts."""
    record("note", context)
    require_possible(given)
    (world() / context.key().replace("/", "~")).write_text("paid")
    return Text(text=f"{context.step.step_id}({given.text()})")


@skill("test.act", input_type=Parts, output_type=Text, version="1", max_runtime_seconds=60)
def act(given: Parts, context: Context) -> Text:
    """What the plan says for this step: fail, hold, wait, take too long."""
    record("act", context)
    plan = given.plan.get(context.step.step_id, {})
    if context.step.attempt <= plan.get("failures", 0):
        again = plan.get("retryable", True)
        raise SkillFailed("NOT_YET", "This attempt was to fail.", again, plan.get("details"))
    if plan.get("message"):
        raise SkillFailed("LONG", plan["message"])
    if plan.get("hold"):
        wait_for(plan["hold"], context)
    if plan.get("wait") and not (world() / plan["wait"]).exists():
        raise Waiting(plan["wait"], plan.get("waitMs", 600_000))
    if plan.get("bug"):
        raise KeyError("a bug")
    if plan.get("stuck"):
        wait_for(plan["stuck"])
    return Text(text=f"{context.step.step_id}({given.text()})")


@skill("test.draw", input_type=Parts, output_type=Text, version="1", max_runtime_seconds=60)
def draw(given: Parts, context: Context) -> Text:
    """Writes its word as an artifact, and reads the one that it is given."""
    record("draw", context)
    require_possible(given)
    found = context.artifacts.read(given.first["id"]).decode() + "+" if given.first else ""
    text = found + given.word
    context.artifacts.write("result", text.encode(), "text/plain", "word.txt", {"long": len(text)})
    return Text(text=text)


@skill("test.swell", input_type=Numbers, output_type=Numbers, version="1", max_runtime_seconds=60)
def swell(given: Numbers, context: Context) -> Numbers:
    """Gives what no document holds."""
    record("swell", context)
    return given


DEFINITIONS.add(HERE / "definitions")
