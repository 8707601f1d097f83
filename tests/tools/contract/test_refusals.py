"""The reasons that are raised and the reasons that are declared are the same.

While tests run, tests/support/refusals.py checks that each callable declares its own.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experience import errors
from experience.errors import FailedPrecondition, NotFound, Reason
from experience.guests import usecases
from experience.guests.models import GetGuest
from experience.reasons import EVERYWHERE, INTERNAL, INVALID_REQUEST
from tests.repository import architecture
from tests.repository.architecture import SourceFile
from tests.support import refusals
from tools.contract.declarations import DeclaredCallable, all_reasons, callables

CODES = {
    name: kind.code
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.Refusal) and hasattr(kind, "code")
}


# The refusals whose class has a single reason.
FIXED = {
    "Unauthenticated": "unauthenticated",
    "AppCheckRequired": "app_check_required",
    "AppCheckConsumed": "app_check_consumed",
    "AppCheckUnavailable": "app_check_unavailable",
    "VersionConflict": "version_conflict",
    "Contention": "contention",
}


def raised(file: SourceFile) -> Iterator[tuple[str, str]]:
    """The code and the reason of each refusal that the file raises with a literal reason."""
    for node in ast.walk(file.tree):
        match node:
            case ast.Call(func=ast.Name(id="NotFound"), args=[ast.Constant(value=str(what))]):
                yield "not-found", f"{what.replace(' ', '_')}_not_found"
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(word)), *_]) if (
                name in CODES and name != "NotFound"
            ):
                yield CODES[name], word
            case ast.Call(
                func=ast.Name(id=name),
                keywords=[*_, ast.keyword(arg="reason", value=ast.Constant(value=str(word)))],
            ) if name in CODES:
                yield CODES[name], word
            case ast.Call(func=ast.Name(id=name)) | ast.Raise(exc=ast.Name(id=name)) if (
                name in FIXED
            ):
                yield CODES[name], FIXED[name]
            case ast.keyword(arg="what", value=ast.Constant(value=str(what))):
                yield "not-found", f"{what.replace(' ', '_')}_not_found"


def all_raised() -> set[tuple[str, str]]:
    deployed = [file for file in architecture.files(".py") if file.is_deployed]
    return {
        (code, word)
        for file in deployed
        if file.name != "experience.reasons"
        for code, word in raised(file)
    }


def codes_and_words(reasons: Iterator[Reason]) -> set[tuple[str, str]]:
    return {(reason.kind.code, reason.word) for reason in reasons}


class TestReasons:
    def test_the_list_has_exactly_the_reasons_that_are_raised(self) -> None:
        # `invalid_request` is the default of InvalidArgument, and no code raises `internal`.
        implied = codes_and_words(iter((INVALID_REQUEST, INTERNAL)))
        assert all_raised() | implied == codes_and_words(all_reasons()), "see experience/reasons.py"

    def test_a_word_has_one_meaning(self) -> None:
        words = Counter(reason.word for reason in all_reasons())
        assert max(words.values()) == 1, words

    @pytest.mark.parametrize("function", callables(), ids=lambda each: each.name)
    def test_no_callable_repeats_a_shared_reason_or_one_of_its_own(
        self, function: DeclaredCallable
    ) -> None:
        words = [reason.word for reason in (*function.refuses, *EVERYWHERE)]
        assert len(words) == len(set(words))


class TestTheWatch:
    def test_stops_a_use_case_with_a_reason_that_its_callable_does_not_declare(self) -> None:
        request = GetGuest(project_id="p")

        def refuse(client: Any, project_id: str, uid: str) -> None:
            raise FailedPrecondition("no_transform", "Another callable declares this.")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("experience.guests.store.find_guest", refuse)
            patch.setattr("experience.clients.firestore", lambda: None)
            patch.setattr("experience.guests.usecases.require_open", lambda *_: None)
            with pytest.raises(AssertionError, match=r"\['getGuest'\] do not declare"):
                usecases.get_guest("uid", request)

    def test_allows_a_declared_reason(self) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("experience.guests.store.find_guest", lambda *_: None)
            patch.setattr("experience.clients.firestore", lambda: None)
            patch.setattr("experience.guests.usecases.require_open", lambda *_: None)
            with pytest.raises(NotFound):
                usecases.get_guest("uid", GetGuest(project_id="p"))

    def test_finds_the_line_that_the_functions_log(self, tmp_path: Path) -> None:
        log = tmp_path / "functions.log"
        log.write_text('{"message": "call"}\n{"message": "undeclared refusal", "function": "f"}\n')
        assert refusals.undeclared(log) == ['{"message": "undeclared refusal", "function": "f"}']

    def test_the_functions_log_it_in_these_words(self) -> None:
        source = architecture.ROOT / "functions" / "experience" / "firebase" / "callables.py"
        assert f'logs.error("{refusals.MESSAGE}"' in source.read_text()
