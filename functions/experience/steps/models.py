"""What all steps have in common, and the step that this version does not know."""

from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from experience.documents import Document, Sparse
from experience.locales.translations import SparseTranslations
from experience.steps.values import (
    SelectionInput,
    SelectionsInput,
    StepInput,
    StepValue,
    StepValueError,
    is_blank,
)

# Clients store a text that nobody wrote as null, as "", or not at all: here it is always "".
_OptionalText = BeforeValidator(lambda value: "" if value is None else value)
Text50 = Annotated[str, Field(max_length=50), _OptionalText]
Text100 = Annotated[str, Field(max_length=100), _OptionalText]
Text200 = Annotated[str, Field(max_length=200), _OptionalText]
Text1000 = Annotated[str, Field(max_length=1000), _OptionalText]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Variable = Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=50)]


class StepConfig(Document):
    """What only steps of one type have; `info` has nothing."""


class AnswerConfig(StepConfig):
    """A step that asks something: the name its answer goes by, and whether it must be answered."""

    variable: Variable | None = None
    required: bool = False


class StepTranslation(Document):
    """What a step says in another language. What is absent is taken from a nearer one."""

    title: Sparse[Annotated[str, Field(min_length=1, max_length=200)]] = None
    description: Sparse[Annotated[str, Field(min_length=1, max_length=1000)]] = None
    cta_label: Sparse[Annotated[str, Field(min_length=1, max_length=50)]] = None


class Step(Document):
    """One screen of a journey (`/events/{e}/steps/{s}`) or of an experience's config."""

    id: Id
    type: str
    title: Text200 = ""
    description: Text1000 = ""
    media_url: Annotated[str, Field(max_length=4096)] | None = None
    media_type: Literal["image", "gif", "video", "lottie"] | None = None
    cta_label: Text50 = ""
    config: StepConfig = StepConfig()
    translations: SparseTranslations[StepTranslation] = None

    input_types: ClassVar[tuple[str, ...]] = ()
    """The types of `StepInput` that this step accepts."""

    @cached_property
    def shown_fields(self) -> dict[str, Any]:
        """What a guest gets of it. Made once: of a published step an instance has one object."""
        return self.declared()

    @property
    def accepts_input(self) -> bool:
        """Whether a guest answers this step at all."""
        return bool(self.input_types)

    @property
    def is_required(self) -> bool:
        """Whether a guest must have answered this step to complete."""
        return isinstance(self.config, AnswerConfig) and self.config.required

    @property
    def takes_media(self) -> bool:
        """Whether the answer is an uploaded photo instead of a value."""
        return False

    @property
    def takes_videos(self) -> bool:
        """Whether the uploaded answer may be a video as well."""
        return False

    @property
    def variable(self) -> str | None:
        """The name that the answer goes by, where the step gives it one."""
        return self.config.variable if isinstance(self.config, AnswerConfig) else None

    def check_value(self, value: Any) -> StepValue:
        """The value as it is stored; raises `StepValueError` for one that does not fit."""
        if not self.accepts_input:
            raise StepValueError("This step takes no answer.")
        if is_blank(value) and self.is_required:
            raise StepValueError("This step needs an answer.")
        return self._check(value)

    def check_input(self, given: StepInput) -> StepInput:
        """The input as it is stored; raises `StepValueError` for one that does not fit."""
        if given.type not in self.input_types:
            accepted = " or ".join(self.input_types) or "no input"
            raise StepValueError(f"This step takes {accepted}, not {given.type}.")
        stored = self.check_value(given.content)
        if isinstance(stored, list):
            return SelectionsInput(selected_ids=stored)
        if isinstance(given, SelectionInput | SelectionsInput):
            return SelectionInput(selected_id=str(stored))
        return given.model_copy(update={"value": stored})

    def answer_text(self, value: StepValue) -> str:
        """What stands for the answer in a text: what the guest saw, not what is stored.

        Never fails: an option that has been taken away since stands for itself.
        """
        return ", ".join(value) if isinstance(value, list) else str(value)

    def _check(self, value: Any) -> StepValue:
        raise NotImplementedError


class UnknownStep(Step):
    """A step that this version cannot read: of another type, or with fields that do not validate.

    It keeps every field as it was stored, is shown as unknown, and takes no answer.
    """

    id: str
    title: Any = ""
    description: Any = ""
    media_url: Any = None
    media_type: Any = None
    cta_label: Any = ""
    config: Any = None
    translations: Any = None

    def declared(self) -> dict[str, Any]:
        """That there is a step: what it holds, and for whom, nobody here can know."""
        return {"id": self.id, "type": self.type, "title": str(self.title or "")}
