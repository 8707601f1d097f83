"""What a guest may write of a session, field by field, as matrix.md has it."""

from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from experience.clock import now_ms
from experience.sessions.models.session import Session
from tests.security_rules import matrix
from tests.security_rules.clients import RestClient
from tests.security_rules.conftest import Setting
from tests.security_rules.matrix import ABSENT, Field
from tests.support.builders.guests import a_guest
from tests.support.builders.projects import a_project
from tests.support.builders.sessions import written_session

pytestmark = pytest.mark.exhaustive


def values(setting: Setting, texts: list[str]) -> dict[str, Any]:
    """The values of a cell by their texts, for G's session."""
    words = {
        "me": setting.uid("G"),
        "id": setting.paths["projects/sessions"].split("/")[-1],
        "project": setting.project,
        "workspace": setting.workspace,
    }
    return {text: matrix.value(text, now=now_ms(), **words) for text in texts}


def creates(setting: Setting, who: RestClient, **fields: Any) -> bool:
    path, written = setting.new_session(who.uid, **fields)
    created = who.create(path, **written)
    if created:
        setting.db.document(path).delete()
    return created


def changes(setting: Setting, who: RestClient, name: str, value: Any) -> bool:
    return who.update(setting.paths["projects/sessions"], **{name: value})


@pytest.mark.parametrize("field", matrix.fields(), ids=str)
class TestFields:
    def test_a_session_begins_with_these_values_and_no_others(
        self, setting: Setting, field: Field
    ) -> None:
        guest = setting.visitors["G"]
        # A new session has an id of its own: "@id" stands for it only where that is asked for.
        given = {
            name: value
            for name, value in values(setting, field.begins_with).items()
            if name != "@id"
        }
        refused = values(setting, field.refused)
        answers = {
            text: creates(setting, guest, **{field.name: value})
            for text, value in {**given, **refused}.items()
        }
        assert answers == {**dict.fromkeys(given, True), **dict.fromkeys(refused, False)}

    def test_it_changes_to_these_values_and_no_others(self, setting: Setting, field: Field) -> None:
        guest = setting.visitors["G"]
        allowed = values(setting, field.changes_to)
        refused = values(setting, field.refused)
        if not allowed:  # what it has already is no change
            stored = setting.stored("projects/sessions").get(field.name, ABSENT)
            refused |= values(setting, field.begins_with)
            refused = {text: value for text, value in refused.items() if value != stored}
        answers = {
            text: changes(setting, guest, field.name, value)
            for text, value in {**allowed, **refused}.items()
            if value is not ABSENT
        }
        expected = {**dict.fromkeys(allowed, True), **dict.fromkeys(refused, False)}
        assert answers == {text: expected[text] for text in answers}
        stored_now = setting.stored("projects/sessions")
        if field.name in stored_now:
            assert not guest.remove_field(setting.paths["projects/sessions"], field.name)

    def test_nobody_else_changes_it(self, setting: Setting, field: Field) -> None:
        tried = values(setting, [*field.changes_to, *field.refused]).values()
        value = next(each for each in tried if each is not ABSENT)
        others = [who for letter, who in setting.visitors.items() if letter != "G"]
        assert not any(changes(setting, who, field.name, value) for who in others)


class TestTable:
    def test_what_other_tests_write_is_what_a_guest_may_write(self, setting: Setting) -> None:
        guest = setting.visitors["G"]
        fields = written_session(setting.project, str(guest.uid), "booth")
        path = f"projects/{setting.project}/sessions/{fields['id']}"
        assert guest.create(path, **fields)
        setting.db.document(path).delete()

    def test_it_has_every_field_of_a_session(self) -> None:
        known = {to_camel(name) for name in Session.model_fields}
        assert {field.name for field in matrix.fields()} == known | {"isAdmin"}


class TestWhere:
    @pytest.mark.parametrize("status", ["draft", "archived", "deleted"])
    def test_no_session_begins_in_a_project_that_is_not_live(
        self, setting: Setting, status: str
    ) -> None:
        project = a_project(setting.db, setting.workspace, status=status)
        guest = setting.visitors["G"]
        a_guest(setting.db, project, guest.uid)
        path, fields = setting.new_session(guest.uid, project)
        assert not guest.create(path, **fields)

    def test_no_session_begins_before_its_guest_has_entered(self, setting: Setting) -> None:
        project = a_project(setting.db, setting.workspace)
        guest = setting.visitors["G"]
        flood = [setting.new_session(guest.uid, project) for _ in range(3)]
        assert not guest.commit(*(guest.write(*each) for each in flood))
        assert not guest.create(flood[0][0], **flood[0][1])
        a_guest(setting.db, project, guest.uid)
        assert guest.create(flood[0][0], **flood[0][1])

    def test_no_session_begins_in_a_project_that_does_not_exist(self, setting: Setting) -> None:
        guest = setting.visitors["G"]
        path, fields = setting.new_session(guest.uid, "nowhere")
        assert not guest.create(path, **fields)

    def test_one_project_is_not_another(self, setting: Setting) -> None:
        """The document lies in one project and says that it is of another, and the other way."""
        guest = setting.visitors["G"]
        other = a_project(setting.db, setting.workspace)
        a_guest(setting.db, other, guest.uid)
        path, fields = setting.new_session(guest.uid)
        assert not guest.create(path, **{**fields, "projectId": other})
        assert not guest.create(path.replace(setting.project, other), **fields)

    def test_a_document_has_the_name_that_it_says(self, setting: Setting) -> None:
        guest = setting.visitors["G"]
        path, fields = setting.new_session(guest.uid)
        assert not guest.create(f"{path}x", **fields)
        for name in ("a.b", "x" * 129, "ä", "a%20b"):
            renamed = f"{path.rpartition('/')[0]}/{name}"
            assert not guest.commit(guest.write(renamed, {**fields, "id": name}))

    def test_nothing_is_written_over(self, setting: Setting) -> None:
        guest, path = setting.visitors["G"], setting.paths["projects/sessions"]
        _, fields = setting.new_session(guest.uid, id=path.rpartition("/")[2])
        write = guest.write(path, fields)
        del write["currentDocument"]
        assert not guest.commit(write)

    @pytest.mark.parametrize("uid", [".", "..", "__own__", "__a\nb__", "x" * 129])
    def test_no_session_is_of_somebody_who_cannot_be_a_guest(
        self, setting: Setting, uid: str
    ) -> None:
        guest = setting.visitors["G"]
        stranger = RestClient(guest.firestore, guest.project, uid)
        path, fields = setting.new_session(uid)
        assert not stranger.create(path, **fields)

    def test_one_bad_session_refuses_the_whole_batch(self, setting: Setting) -> None:
        guest = setting.visitors["G"]
        good = setting.new_session(guest.uid)
        bad = setting.new_session(guest.uid, status="completed")
        assert not guest.commit(guest.write(*good), guest.write(*bad))
        assert guest.commit(guest.write(*good))
        setting.db.document(good[0]).delete()


class TestEnded:
    @pytest.mark.parametrize("status", ["completed", "abandoned", "error"])
    def test_a_session_that_ended_is_not_moved_on(self, setting: Setting, status: str) -> None:
        guest = setting.visitors["G"]
        path, fields = setting.new_session(guest.uid)
        setting.db.document(path).set({**fields, "status": status, "phase": "main"})
        assert guest.get(path)
        assert not guest.update(path, currentStepIndex=1)
        setting.db.document(path).delete()

    def test_what_else_changes_along_refuses_the_move(self, setting: Setting) -> None:
        guest, path = setting.visitors["G"], setting.paths["projects/sessions"]
        assert guest.update(path, currentStepIndex=1, updatedAt=now_ms())
        assert not guest.update(path, currentStepIndex=2, status="completed")
        assert not guest.update(path, currentStepIndex=2, answers=["Ada"])
