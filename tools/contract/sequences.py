"""The four phases of a visit, arrow by arrow: which callable, which trigger, which listener."""

from tools import ROOT
from tools.contract.drawing import Arrow, Picture, draw

FOLDER = ROOT / "docs" / "reference" / "pictures"

PAGE, CALLS, STORE, WORK, FILES = LANES = (
    "The guest's page",
    "Callables",
    "Firestore",
    "Triggers and tasks",
    "Cloud Storage",
)


def _call(label: str) -> Arrow:
    return Arrow("call", PAGE, CALLS, label)


def _write(label: str) -> Arrow:
    return Arrow("write", CALLS, STORE, label)


def _heard(label: str) -> Arrow:
    return Arrow("heard", STORE, PAGE, label)


def _event(label: str) -> Arrow:
    return Arrow("event", STORE, WORK, label)


def _back(label: str) -> Arrow:
    return Arrow("write", WORK, STORE, label)


PICTURES = (
    Picture(
        "pregate",
        "Pregate: the questions before the first experience",
        (
            _call("getProject"),
            _call("ensureGuest {consentVersion}"),
            _write("guest"),
            _call("getNextPhase → pregate"),
            _call("createSession"),
            _write("session: active"),
            _heard("session: its status, for every tab that is open"),
            _call("updateSessionProgress"),
            _write("answers, merged by step"),
            _call("completeSession → next: main"),
            _write("session: completed; guest"),
        ),
    ),
    Picture(
        "main",
        "Main: the experience, the photo, and the picture that is made of it",
        (
            _call("createSession → steps"),
            _write("session: active"),
            _event("onSessionCreated"),
            _back("links pregate and session"),
            _call("updateSessionProgress"),
            _call("createUpload → address"),
            Arrow("object", PAGE, FILES, "PUT the photo, once, to the signed address"),
            _call("confirmUpload"),
            Arrow("object", CALLS, FILES, "looks at size and first bytes"),
            _write("session: capturedMedia"),
            _call("completeSession → next"),
            _write("session: completed"),
            _event("onSessionCompleted"),
            _back("job: pending"),
            Arrow("event", WORK, WORK, "queue → runTransform"),
            _back("job: running, progress"),
            _heard("job: progress in percent"),
            Arrow("object", WORK, FILES, "photo in, picture out"),
            _back("job and session: result"),
            _heard("session: resultMedia, jobStatus"),
        ),
    ),
    Picture(
        "preshare",
        "Preshare: the questions before the picture is shown, while it is being made",
        (
            _call("getNextPhase → preshare"),
            _call("createSession {mainSessionId}"),
            _write("session: active, linked"),
            _heard("main session: jobStatus"),
            _call("updateSessionProgress"),
            _write("answers, merged by step"),
            _call("completeSession → next: share"),
            _write("session: completed; guest"),
        ),
    ),
    Picture(
        "share",
        "Share: the picture, and what can be done about one that failed",
        (
            _call("getJourneySessions"),
            _heard("main session: resultMedia or jobError"),
            _heard("job: progress, or what went wrong"),
            _call("getDownloadUrl → address"),
            Arrow("object", FILES, PAGE, "the picture, for an hour"),
            _call("retryTransform"),
            _write("job: pending again"),
            Arrow("event", CALLS, WORK, "a new task for runTransform"),
            _back("job and session: result"),
            _heard("session: resultMedia, jobStatus"),
        ),
    ),
)


def pages() -> dict[str, str]:
    """Each picture's file, by its name, with what belongs into it."""
    return {f"{picture.name}.svg": draw(picture, LANES) for picture in PICTURES}
