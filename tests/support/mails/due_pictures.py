"""Pictures whose guest gave an address and consent, so that a mail is due."""

from typing import Any

from google.cloud.firestore import Client as Database

from experience.clock import now_ms
from experience.mails.store import mail_ref
from tests.support.builders.pictures import Picture, a_picture
from tests.support.builders.sessions import a_session, session_ref

ADDRESS = "ada@example.com"
CONSENT = {"version": "1", "text": "We send you your picture."}


def an_email(value: str = ADDRESS, at: int | None = None, step: str = "mail") -> dict[str, Any]:
    """An answer to an `email` step."""
    return {"stepId": step, "stepType": "email", "value": value, "answeredAt": at or now_ms()}


def a_due_picture(db: Database, *answers: dict[str, Any], **project: Any) -> Picture:
    """A picture whose guest agreed to the terms, and gave an address in its main session."""
    made = a_picture(db, **{"publishedConfig.consent": CONSENT, **project})
    agreed = {"consent": {"version": "1", "acceptedAt": now_ms()}}
    guest_ref(made).update(agreed)
    fields: dict[str, Any] = {"answers": list(answers) or [an_email()], "hasEmail": True}
    fields |= {"createdAt": now_ms(), "mailDueAt": now_ms()}
    own_ref(made).update(fields)
    return made


def a_linked_session(made: Picture, phase: str, *answers: dict[str, Any], **fields: Any) -> str:
    """A completed pregate or preshare of the picture's visit."""
    experience = f"experience-of-{phase}"
    linked: dict[str, Any] = {
        "phase": phase,
        "status": "completed",
        "mainSessionId": made.session.id,
    }
    linked |= {"answers": list(answers), "completedAt": now_ms(), "workspaceId": None}
    return a_session(made.db, made.venue.project, made.owner, experience, **{**linked, **fields})


def guest_ref(made: Picture) -> Any:
    """The guest whose picture it is."""
    return made.db.document("projects", made.venue.project, "guests", made.owner)


def own_ref(made: Picture) -> Any:
    """The main session of a picture."""
    return session_ref(made.db, made.venue.project, made.session.id)


def stored_mail(made: Picture) -> dict[str, Any] | None:
    """The mail with the picture, if there is one."""
    found = mail_ref(made.db, made.venue.project, made.session.id).get()
    fields: dict[str, Any] | None = found.to_dict()
    return fields
