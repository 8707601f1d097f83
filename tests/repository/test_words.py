"""Identifiers keep to one word for one thing, and each avoided word is shown to be caught."""

from pathlib import PurePosixPath

import pytest

from tests.repository import architecture, words
from tests.repository.architecture import SourceFile
from tests.repository.words import AVOIDED, Avoided

OFFENCES = [(avoided, text) for avoided in AVOIDED for text in avoided.offences]
MODULES = (
    ("functions/experience/workflows/places.py", "places"),
    ("functions/experience/workflows/owners.py", "owners"),
    ("emulator/edits.py", "edits"),
    ("emulator/instances.py", "instances"),
    ("tests/suite/running.py", "running"),
    ("emulator/crowd/__init__.py", "crowd"),
)
ALLOWED = (
    "class Permit: ...",
    "MAX_BYTES = 1",
    "def f(longest, most, at_once): ...",
    "class OwnerReference: ...",
    "def test_a_crowd_is_told_to_go_on(): ...",
    "running = ending = places = 1",
    "def take_photo(): ...",
    "sounds = 1",
)


def source(text: str, path: str = "functions/experience/clock.py") -> SourceFile:
    return SourceFile(PurePosixPath(path), text)


class TestTheCode:
    def test_avoids_the_words_that_have_a_better_one(self) -> None:
        offences = [
            f"{file.path}: {offence}"
            for file in architecture.files(".py")
            for offence in words.avoided_words(file)
        ]
        assert not offences, "\n".join(offences)


class TestTheWords:
    @pytest.mark.parametrize(("avoided", "text"), OFFENCES, ids=[text for _, text in OFFENCES])
    def test_an_offence_is_caught(self, avoided: Avoided, text: str) -> None:
        text = f"class A:\n    def __init__(self):\n        {text}" if "self." in text else text
        file = source(text)
        assert any(avoided.catches(each) for each in words.identifiers(file))
        assert list(words.avoided_words(file))

    @pytest.mark.parametrize(("path", "name"), MODULES, ids=[path for path, _ in MODULES])
    def test_a_module_or_folder_of_such_a_name_is_caught(self, path: str, name: str) -> None:
        [offence] = words.avoided_words(source("", path))
        assert name in offence

    @pytest.mark.parametrize("text", ALLOWED)
    def test_good_names_pass(self, text: str) -> None:
        assert list(words.avoided_words(source(text))) == []

    def test_only_code_of_ours_is_read(self) -> None:
        assert list(words.avoided_words(source("CROWD = 1", "web/build/crowd.py"))) == []
