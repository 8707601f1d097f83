"""What guests of the demo read in the other languages that its pages speak: translations.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOCALES = ["en", "de", "es", "fr", "ar"]

_FILE = Path(__file__).with_name("translations.yaml")


def of(subject: str) -> dict[str, dict[str, Any]]:
    """The translations of a subject, by language; of one that has none, none."""
    return {tag: words[subject] for tag, words in _words().items() if subject in words}


@cache
def _words() -> dict[str, dict[str, dict[str, Any]]]:
    words: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return words
