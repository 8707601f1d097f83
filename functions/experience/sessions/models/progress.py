"""What a guest's answers make of a session: pure decisions over its pinned steps."""

from collections.abc import Iterable, Iterator
from typing import Any

from experience.errors import FailedPrecondition, InvalidArgument
from experience.sessions.models.requests import (
    AnswerInput,
    CapturedMediaInput,
    MediaReferenceInput,
    UpdateSessionProgress,
)
from experience.sessions.models.session import Answer, MediaReference, Session
from experience.steps import StepValueError
from experience.workspaces.models import ExperienceConfig

Issue = tuple[str, str]

UNCONFIRMED = "is not media of this session; upload it and call confirmUpload first"


def with_progress(
    session: Session, config: ExperienceConfig, request: UpdateSessionProgress, now: int
) -> Session:
    """The session after this progress. Raises InvalidArgument with an issue for each bad field."""
    issues: list[Issue] = []
    answers = _merge(
        session, config, [*_listed(request.answers), *_keyed(request.inputs)], now, issues
    )
    issues += _unconfirmed(session, request.captured_media)
    outputs = _outputs(session, config, request.outputs, issues)
    index = request.current_step_index
    if index is not None and index > len(config.steps):
        issues.append(("currentStepIndex", f"the experience has {len(config.steps)} steps"))
    if issues:
        raise InvalidArgument(*issues)
    changes: dict[str, Any] = {"answers": answers, "outputs": outputs}
    if index is not None:
        changes["current_step_index"] = index
    return session.model_copy(update=changes)


def require_complete(session: Session, config: ExperienceConfig) -> None:
    """Raise FailedPrecondition `steps_incomplete`, naming the required steps without an answer."""
    answered = {answer.step_id for answer in session.answers}
    answered |= {media.step_id for media in session.captured_media}
    missing = [step.id for step in config.steps if step.is_required and step.id not in answered]
    if missing:
        raise FailedPrecondition(
            "steps_incomplete", f"Not answered yet: {', '.join(missing)}.", steps=missing
        )


def _listed(answers: Iterable[AnswerInput]) -> Iterator[tuple[str, str, str, str | None, Any]]:
    for number, answer in enumerate(answers):
        path = f"answers[{number}]"
        yield f"{path}.stepId", f"{path}.value", answer.step_id, answer.step_type, answer.value


def _keyed(inputs: dict[str, Any]) -> Iterator[tuple[str, str, str, str | None, Any]]:
    for step_id, value in inputs.items():
        yield f"inputs.{step_id}", f"inputs.{step_id}", step_id, None, value


def _merge(
    session: Session,
    config: ExperienceConfig,
    given: Iterable[tuple[str, str, str, str | None, Any]],
    now: int,
    issues: list[Issue],
) -> list[Answer]:
    """The answers by step: a new one replaces the old, an equal one leaves it and its time.

    In the order of the steps. Those of steps that are gone come first.
    """
    order = {step.id: number for number, step in enumerate(config.steps)}
    merged = {answer.step_id: answer for answer in session.answers}
    for id_path, value_path, step_id, step_type, value in given:
        step = config.step(step_id)
        if step is None:
            issues.append((id_path, f"the experience has no step {step_id!r}"))
        elif step_type not in (None, step.type):
            issues.append((id_path.replace("stepId", "stepType"), f"the step is {step.type!r}"))
        elif step.takes_media:
            # Clients of earlier versions repeat a capture's URL among their inputs.
            if not _is_media_of(session, step_id, value):
                issues.append((value_path, UNCONFIRMED))
        else:
            try:
                checked = step.check_value(value)
            except StepValueError as error:
                issues.append((value_path, str(error)))
                continue
            if step_id not in merged or not _same(merged[step_id].value, checked):
                merged[step_id] = Answer(
                    step_id=step_id, step_type=step.type, value=checked, answered_at=now
                )
    return sorted(merged.values(), key=lambda answer: order.get(answer.step_id, -1))


def _outputs(
    session: Session,
    config: ExperienceConfig,
    given: dict[str, MediaReferenceInput],
    issues: list[Issue],
) -> dict[str, MediaReference]:
    media = [*session.captured_media, *([session.result_media] if session.result_media else [])]
    known = {
        each.url: (each.content_type or "image/").partition("/")[0] for each in media if each.url
    }
    merged = dict(session.outputs)
    for step_id, reference in given.items():
        if config.step(step_id) is None:
            issues.append((f"outputs.{step_id}", f"the experience has no step {step_id!r}"))
        elif reference.url not in known:
            issues.append((f"outputs.{step_id}.url", UNCONFIRMED))
        elif reference.type != known[reference.url]:
            issues.append((f"outputs.{step_id}.type", f"this is of type {known[reference.url]!r}"))
        else:
            merged[step_id] = MediaReference(**reference.model_dump(exclude_none=True))
    return merged


def _unconfirmed(session: Session, given: Iterable[CapturedMediaInput]) -> Iterator[Issue]:
    for number, media in enumerate(given):
        if not _is_media_of(session, media.step_id, media.asset_id):
            yield f"capturedMedia[{number}].assetId", UNCONFIRMED


def _is_media_of(session: Session, step_id: str, value: Any) -> bool:
    media = session.media_of(step_id)
    return media is not None and value in (media.asset_id, media.url)


def _same(one: Any, other: Any) -> bool:
    """Equal, and of the same type: True is not 1."""
    return type(one) is type(other) and bool(one == other)
