"""The demo's data: a workspace, a project with all its phases, an event with a journey, photos."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.demo import translations
from emulator.web.auth import create_account

WORKSPACE, PROJECT, EVENT = "demo-workspace", "demo-project", "demo-event"
OPERATOR = "demo-operator"
OPERATOR_EMAIL, OPERATOR_PASSWORD = "operator@example.com", "demo-operator"
"""With which the operator signs in to the assistant, in the suite alone."""
PREGATE, CARTOON, SKETCH, PRESHARE = "house-rules", "cartoon-booth", "pencil-booth", "feedback"
TOUR, EVERY_STEP = "demo-tour", "every-step"
CONSENT = {
    "version": "2026-1",
    "text": "We make a picture of your photo and keep both for 30 days.",
    "minimumAge": 16,
}
OVERLAY = f"workspaces/{WORKSPACE}/overlays/frame.png"
PHOTOS = Path(__file__).parent / "photos"

Documents = Iterator[tuple[str, dict[str, Any]]]


def seed(firebase_project: str, bucket: str) -> int:
    """Write all documents and photos, and return the number of documents. Safe to repeat.

    A suite has one bucket, whichever project the documents are in.
    """
    from google.cloud import firestore, storage

    client = firestore.Client(project=firebase_project)
    batch = client.batch()
    written = 0
    for path, fields in documents(int(time.time() * 1000)):
        batch.set(client.document(path), fields)
        written += 1
    batch.commit()
    client.close()

    objects = storage.Client(project=firebase_project).bucket(bucket)
    objects.blob(OVERLAY).upload_from_string(_frame(), content_type="image/png")
    for photo in sorted(PHOTOS.glob("*.jpg")):
        blob = objects.blob(f"workspaces/{WORKSPACE}/photos/{photo.name}")
        blob.upload_from_string(photo.read_bytes(), content_type="image/jpeg")
    return written


def seed_operator(auth: str, firebase_project: str) -> bool:
    """Create the operator's account in the Auth emulator at this address. Safe to repeat.

    Returns whether there is one.
    """
    return create_account(auth, firebase_project, OPERATOR, OPERATOR_EMAIL, OPERATOR_PASSWORD)


def documents(now: int) -> Documents:
    """Every document with its path, as the runtime stores it."""
    times = {"createdAt": now, "updatedAt": now}
    yield (
        f"workspaces/{WORKSPACE}",
        {"id": WORKSPACE, "name": "Demo agency", "status": "active", **times},
    )
    yield (
        f"workspaces/{WORKSPACE}/members/{OPERATOR}",
        {"uid": OPERATOR, "role": "owner", "createdAt": now},
    )
    for experience_id, name, untranslated in _experiences():
        config = untranslated | {"translations": translations.of(experience_id)}
        path = f"workspaces/{WORKSPACE}/experiences/{experience_id}"
        yield (
            path,
            {
                "id": experience_id,
                "workspaceId": WORKSPACE,
                "name": name,
                "status": "active",
                "draft": config,
                "published": config,
                "draftVersion": 1,
                "publishedVersion": 1,
                "publishedAt": now,
                **times,
            },
        )
        yield f"{path}/experienceVersions/1", {"version": 1, "publishedAt": now, **config}
    config = {
        "experiences": {
            "main": [{"experienceId": each, "enabled": True} for each in (CARTOON, SKETCH)],
            "pregate": {"experienceId": PREGATE, "enabled": True},
            "preshare": {"experienceId": PRESHARE, "enabled": True},
        },
        "theme": {"primaryColor": "#5b3df5", "fontFamily": "Inter"},
        "consent": CONSENT,
        "locales": translations.LOCALES,
        "translations": translations.of("venue"),
        "retentionDays": 30,
        "dailyTransformLimit": None,
    }
    yield _project(PROJECT, "Summer night", config, times)
    tour = {
        "experiences": {"main": [{"experienceId": EVERY_STEP, "enabled": True}]},
        "theme": {"primaryColor": "#0b7a75"},
    }
    yield _project(TOUR, "The tour", tour, times)
    yield from _event(times)


def _project(
    project_id: str, name: str, config: dict[str, Any], times: dict[str, int]
) -> tuple[str, dict[str, Any]]:
    return f"projects/{project_id}", {
        "id": project_id,
        "workspaceId": WORKSPACE,
        "name": name,
        "status": "live",
        "draftConfig": config,
        "publishedConfig": config,
        **times,
    }


def _experiences() -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield PREGATE, "House rules", {"steps": _pregate_steps(), "transform": None}
    yield CARTOON, "Cartoon booth", _booth("cartoon", "1:1", OVERLAY)
    yield SKETCH, "Pencil booth", _booth("sketch", "2:3", None)
    yield PRESHARE, "Before you go", {"steps": _preshare_steps(), "transform": None}
    yield EVERY_STEP, "Every step", {**_booth("cartoon", "1:1", None), "steps": _tour_steps()}


def _booth(style: str, aspect_ratio: str, overlay: str | None) -> dict[str, Any]:
    transform = {
        "enabled": True,
        "workflow": "photo.transform",
        "model": "local",
        "prompt": "A portrait of @{step:name}, @{step:mood}.",
        "referenceImageUrls": [],
        "aspectRatio": aspect_ratio,
        "style": style,
        "overlay": {"path": overlay} if overlay else None,
        "output": {"format": "jpeg", "width": 1080},
    }
    return {"steps": _booth_steps(), "transform": transform}


def _pregate_steps() -> list[dict[str, Any]]:
    return [
        _step(
            "welcome", "info", "Good to see you", cta="Let's go",
            text="Two short questions, then the camera is yours.",
        ),
        _step("adult", "yes_no", "Are you 16 or older?", variable="adult", required=True),
        _step(
            "mail", "email", "Where may we send your picture?", variable="mail",
            text="Only if you like. You can also take it along right away.",
        ),
    ]  # fmt: skip


def _booth_steps() -> list[dict[str, Any]]:
    moods = [{"label": mood, "value": mood.lower()} for mood in ("Happy", "Bold", "Dreamy")]
    return [
        _step(
            "name", "short_text", "What is your name?", placeholder="First name",
            variable="name", maxLength=40, required=True,
        ),
        _step(
            "mood", "multiple_choice", "How do you feel?",
            variable="mood", options=moods, allowMultiple=False, required=True,
        ),
        _step(
            "photo", "capture", "Smile!", cta="Take the photo",
            text="Face the light, and come close.",
        ),
        _step("wait", "processing", "", messages=["Mixing colours", "Drawing lines"]),
        _step(
            "reward", "reward", "Here you are",
            allowDownload=True, allowSystemShare=True, socials=["instagram", "whatsapp"],
        ),
    ]  # fmt: skip


def _preshare_steps() -> list[dict[str, Any]]:
    return [
        _step(
            "fun", "opinion_scale", "How much fun was it?",
            variable="fun", scaleMin=1, scaleMax=5, minLabel="none", maxLabel="a lot",
            required=True,
        ),
        _step("wish", "long_text", "What would you do better?", variable="wish"),
    ]  # fmt: skip


def _tour_steps() -> list[dict[str, Any]]:
    """All eleven step types in one experience, those that a guest may skip included."""
    picker = _choices("Which one would you hang up at home?", "at-home")
    return [*_pregate_steps(), *picker, *_preshare_steps(), *_booth_steps()]


def journey_steps() -> list[dict[str, Any]]:
    """All eleven step types in an event's journey, which asks for the photo before the end."""
    booth = _booth_steps()
    picker = _choices("Choose your picture", "style")
    return [*_pregate_steps(), *picker, *booth[:3], *_preshare_steps(), *booth[3:]]


def _choices(picker: str, translated_as: str) -> list[dict[str, Any]]:
    drinks = [{"label": each, "value": each.lower()} for each in ("Water", "Juice", "Coffee")]
    choice = _step(
        "style", "experience-picker", picker,
        layout="grid", variable="selected_experience_id", experienceIds=[CARTOON, SKETCH],
    )  # fmt: skip
    return [
        choice | {"translations": translations.of(translated_as)},
        _step(
            "drinks", "multiple_choice", "What may we bring you?",
            variable="drinks", options=drinks, allowMultiple=True,
        ),
    ]  # fmt: skip


def _event(times: dict[str, int]) -> Documents:
    """A journey of all step types in the event-centred model, with two experiences to pick from."""
    steps = journey_steps()
    yield (
        f"events/{EVENT}",
        {
            "id": EVENT,
            "workspaceId": WORKSPACE,
            "name": "Summer night",
            "status": "live",
            "activeJourneyId": "booth",
            "theme": {"primaryColor": "#5b3df5", "fontFamily": "Inter"},
            "retentionDays": 30,
            "consent": CONSENT,
            "locales": translations.LOCALES,
            "translations": translations.of("venue"),
            **times,
        },
    )
    order = [step["id"] for step in steps]
    yield (
        f"events/{EVENT}/journeys/booth",
        {
            "id": "booth",
            "eventId": EVENT,
            "name": "Photo booth",
            "stepOrder": order,
            "status": "active",
            **times,
        },
    )
    for step in steps:
        yield f"events/{EVENT}/steps/{step['id']}", step
    for experience_id, name, style, aspect_ratio in (
        (CARTOON, "Cartoon", "cartoon", "1:1"),
        (SKETCH, "Pencil sketch", "sketch", "2:3"),
    ):
        yield (
            f"experiences/{experience_id}",
            {
                "id": experience_id,
                "workspaceId": WORKSPACE,
                "status": "active",
                "name": name,
                "aiPhotoConfig": {
                    "enabled": True,
                    "model": f"local/{style}",
                    "prompt": "A portrait of @{step:name}, @{step:mood}.",
                    "referenceImageUrls": [],
                    "aspectRatio": aspect_ratio,
                },
                "captureConfig": {"type": "photo", "countdown": 3, "cameraFacing": "front"},
                "translations": translations.of(experience_id),
                **times,
            },
        )


def _step(
    step_id: str, kind: str, title: str, cta: str = "", text: str = "", **config: Any
) -> dict[str, Any]:
    return {
        "id": step_id,
        "type": kind,
        "title": title,
        "description": text,
        "ctaLabel": cta,
        "config": config,
        "translations": translations.of(step_id),
    }


def _frame() -> bytes:
    """A picture frame with the event's name, transparent in the middle."""
    from PIL import Image, ImageDraw, ImageFont

    side, border = 1080, 36
    frame = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(frame)
    draw.rounded_rectangle(
        (border // 2, border // 2, side - border // 2, side - border // 2),
        radius=48, outline=(91, 61, 245, 255), width=border // 2,
    )  # fmt: skip
    draw.rounded_rectangle((300, side - 110, 780, side - 10), radius=50, fill=(91, 61, 245, 255))
    font = ImageFont.load_default(size=48)
    draw.text((side // 2, side - 60), "Summer night", fill="white", font=font, anchor="mm")
    file = io.BytesIO()
    frame.save(file, "PNG")
    return file.getvalue()
