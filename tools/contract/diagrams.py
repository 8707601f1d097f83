"""The phases of a visit as Mermaid sequence diagrams, generated from the recorded visit.

The recording says which callables the page calls, which functions write as a result, and which
documents change. This module adds what each function writes, in a few words.
"""

import re
from collections.abc import Iterator

from tools.contract.recorder import Json

TITLES = {
    "pregate": "Pregate: the questions before the first experience",
    "main": "Main: the experience, the photo, and the picture that is made of it",
    "preshare": "Preshare: the questions while the picture is being made",
    "share": "Share: the picture, and a retry of one that failed",
}

PARTICIPANTS = {
    "page": "Guest's page",
    "callables": "Callables",
    "firestore": "Firestore",
    "background": "Triggers and tasks",
    "storage": "Cloud Storage",
}

TRIGGERS = ("onSessionCreated", "onSessionCompleted")
TASKS = ("runTransform",)

# What each function writes, by document.
WRITES: dict[str, dict[str, str]] = {
    "ensureGuest": {"guest": "consent"},
    "createSession": {"session": "active", "guest": "active session"},
    "updateSessionProgress": {"session": "answers and step"},
    "createShare": {"share": "short address"},
    "createUpload": {"guest": "rate of uploads"},
    "confirmUpload": {"session": "captured photo"},
    "completeSession": {"session": "completed", "guest": "completed experience"},
    "retryTransform": {"job": "pending", "session": "job status", "guest": "rate of transforms"},
    "onSessionCreated": {"session": "link to the pregate"},
    "onSessionCompleted": {"job": "pending", "session": "job"},
    "runTransform": {"job": "progress and result", "session": "job status and result"},
}

# What each function does with objects.
OBJECTS = {
    "confirmUpload": "check size and first bytes",
    "runTransform": "read the photo, store the picture",
}

UPLOAD = "PUT the photo to the signed URL"
DOWNLOAD = "GET the picture from the signed URL"

# The documents that the guest's page listens to.
LISTENED = ("session", "job")


def sequence(phase: str, visit: list[Json]) -> str:
    """The Mermaid diagram of a phase."""
    lines = ["sequenceDiagram"]
    lines += [f"    participant {name} as {label}" for name, label in PARTICIPANTS.items()]
    for step in visit:
        if step["phase"] == phase:
            lines += [f"    {line}" for line in _messages(step)]
    return "\n".join(lines)


def message(source: str, arrow: str, target: str, text: str) -> str:
    """One line of a diagram. Raises ValueError for a text that Mermaid would misread."""
    if re.search(r"[;#%]|\bend\b", text):
        raise ValueError(f"Mermaid cannot show {text!r}")
    return f"{source}{arrow}{target}: {text}"


def _messages(step: Json) -> Iterator[str]:
    if "object" in step:
        if step["object"] == "upload":
            yield message("page", "->>", "storage", UPLOAD)
        else:
            yield message("storage", "-->>", "page", DOWNLOAD)
        return
    yield message("page", "->>", "callables", step["call"])
    yield from _effects("callables", step["call"], step)
    if "next" in step:
        yield message("callables", "-->>", "page", f"next phase: {step['next']}")
    enqueues = "callables"
    for function in TRIGGERS:
        if function in step.get("wrote", ()):
            yield message("firestore", "-)", "background", function)
            yield from _effects("background", function, step)
            enqueues = "background"
    for function in TASKS:
        if function in step.get("wrote", ()):
            yield message(enqueues, "-)", "background", function)
            yield from _effects("background", function, step)
    if changed := [name for name in LISTENED if name in step.get("changed", ())]:
        yield message("firestore", "--)", "page", " and ".join(changed))


def _effects(participant: str, function: str, step: Json) -> Iterator[str]:
    if function in step.get("objects", ()):
        yield message(participant, "->>", "storage", OBJECTS[function])
    if function in step.get("wrote", ()):
        written = [f"{name} ({what})" for name, what in WRITES[function].items()]
        yield message(participant, "->>", "firestore", ", ".join(written))
