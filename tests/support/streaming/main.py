"""Callables that stream, as a functions folder of its own."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3] / "functions"))

from emulator.process.http import request as send
from experience.documents import Document, Request
from experience.errors import FailedPrecondition, Reason
from experience.firebase.callables import Caller, callable_function
from experience.firebase.streaming import Emit

TIRED = Reason(FailedPrecondition, "tired", "it has said enough")
MAX_SECONDS = 60


class Speech(Request):
    """What to say; at the gate it waits before it ends."""

    words: list[str]
    gate: str | None = None
    ends: str = "well"


class Word(Document):
    """One of the words."""

    delta: str


class Spoken(Document):
    """All of the words, and who had them said."""

    text: str
    by: str


@callable_function(Speech, streams=Word, refuses=[TIRED])
def speak(caller: Caller, request: Speech, emit: Emit[Word]) -> Spoken:
    """Say the words one by one, and then all of them."""
    for word in request.words:
        emit(Word(delta=word))
    _visit(request.gate, "reached")
    try:
        match request.ends:
            case "refused":
                raise FailedPrecondition("tired", "No more.")
            case "badly":
                raise ValueError("lost the thread")
        return Spoken(text="".join(request.words), by=caller.uid)
    finally:
        _visit(request.gate, "ended")


@callable_function(Speech)
def speak_at_once(caller: Caller, request: Speech) -> Spoken:
    """Say all the words."""
    return Spoken(text="".join(request.words), by=caller.uid)


def _visit(gate: str | None, path: str) -> None:
    """Tell the gate, which responds when the test goes on."""
    if gate:
        send("GET", f"{gate}/{path}", timeout=MAX_SECONDS)


speakAtOnce = speak_at_once  # noqa: N816  (the name under which it is deployed)
__all__ = ["speak", "speakAtOnce"]
