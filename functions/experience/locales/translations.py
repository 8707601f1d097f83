"""What is translated of something that people wrote, and the languages that it is given in.

A text is authored once, and may be translated beside that: `translations: {tag: {field: text}}`. A
field that is not translated into `de-AT` is taken from `de`, and one that is not translated at all
from what was authored.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from experience.documents import Document, Sparse
from experience.locales.choice import MAX_TAG_LENGTH, fallbacks, is_tag

MAX_LOCALES = 20
MAX_TRANSLATIONS_BYTES = 200_000
"""Of one object. Drafts lie beside what is published, and Firestore takes a MiB for a document."""

T = TypeVar("T", bound=BaseModel)


def _known_tags(tags: Iterable[str]) -> None:
    wrong = [each for each in tags if not is_tag(each)]
    if wrong:
        named = ", ".join(each[:MAX_TAG_LENGTH] for each in wrong[:3])
        raise ValueError(f"languages are written as de, de-AT or zh-Hant, not as {named}")


def _valid_locales(locales: list[str]) -> list[str]:
    _known_tags(locales)
    twice = sorted({each for each in locales if locales.count(each) > 1})
    if twice:
        raise ValueError(f"each language is named once; more than once: {', '.join(twice)}")
    return locales


def _valid_translations(
    translations: Mapping[str, T | None] | None,
) -> Mapping[str, T | None] | None:
    """As they are. Where only a part is sent, null takes a language out."""
    if translations is None:
        return None
    if len(translations) > MAX_LOCALES:
        raise ValueError(f"has {len(translations)} languages; at most {MAX_LOCALES} can be stored")
    _known_tags(translations)
    given = [each for each in translations.values() if each is not None]
    size = sum(len(each.model_dump_json().encode()) for each in given)
    if size > MAX_TRANSLATIONS_BYTES:
        raise ValueError(f"are {size} bytes long; at most {MAX_TRANSLATIONS_BYTES} can be stored")
    return translations


Locales = Annotated[list[str], Field(max_length=MAX_LOCALES), AfterValidator(_valid_locales)]
"""The languages that something is given in. The first is the one that it is authored in."""

Translations = Annotated[Mapping[str, T], AfterValidator(_valid_translations)]
"""What is translated of something, by language."""

SparseTranslations = Annotated[Sparse[Mapping[str, T]], AfterValidator(_valid_translations)]
"""The same, of something that may have none."""


def translated(
    authored: str, translations: Mapping[str, Document] | None, locale: str, field: str
) -> str:
    """The text of this field in the language, or the nearest that there is."""
    for tag in fallbacks(locale):
        text = getattr((translations or {}).get(tag), field, None)
        if text:
            return str(text)
    return authored
