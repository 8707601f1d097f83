"""Bodies that a callable does not take: read away in parts, and never held."""

import io

import flask
import pytest

import main
from experience.documents import Request
from experience.errors import InvalidArgument
from experience.firebase.request_body import MAX_BODY_BYTES, PART_BYTES, parse
from experience.projects.models import ListProjects, ProjectStatus, SaveProject
from experience.sessions.models.requests import UpdateSessionProgress
from experience.workspaces.models import SaveExperience


class Sent(io.BytesIO):
    """A body, and the largest part of it that was asked for at once."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        asked = size if size is not None and size >= 0 else len(self.getbuffer())
        self.largest = max(self.largest, asked)
        return super().read(size)


class TestBodies:
    @pytest.mark.parametrize("method", ["POST", "PUT", "GET", "OPTIONS"])
    def test_what_is_not_taken_is_not_held(self, method: str) -> None:
        sent = Sent(bytes(MAX_BODY_BYTES + 2))
        about = {"method": method, "input_stream": sent, "content_type": "application/json"}
        length = len(sent.getbuffer())
        app = flask.Flask("callable")
        with app.test_request_context("/", content_length=length, **about):
            main.getProject(flask.request._get_current_object())  # type: ignore[attr-defined]
            assert sent.tell() == length
            assert sent.largest <= PART_BYTES
            assert flask.request.get_data() == b""  # as the framework asks in the end


PROJECT = {"workspaceId": "w", "projectId": "p", "expectedVersion": 1}
EXPERIENCE = {"workspaceId": "w", "experienceId": "e", "expectedVersion": 1}
SESSION = {"projectId": "p", "sessionId": "s"}


class TestNumbersAndBooleans:
    @pytest.mark.parametrize("value", ["3", True, False, 3.5, "3.0", [3], 1e300])
    def test_a_whole_number_is_a_number_without_a_fraction(self, value: object) -> None:
        with pytest.raises(InvalidArgument) as refused:
            parse(ListProjects, {"workspaceId": "w", "pageSize": value})
        [issue] = refused.value.details["issues"]
        assert issue["path"] == "pageSize"

    @pytest.mark.parametrize("value", [3, 3.0])
    def test_a_whole_number_may_be_written_with_a_point(self, value: float) -> None:
        request = parse(ListProjects, {"workspaceId": "w", "pageSize": value})
        assert (request.page_size, type(request.page_size)) == (3, int)

    @pytest.mark.parametrize(
        ("model", "data", "path"),
        [
            (
                SaveProject,
                PROJECT | {"draftConfig": {"retentionDays": "30"}},
                "draftConfig.retentionDays",
            ),
            (
                SaveProject,
                PROJECT
                | {"draftConfig": {"experiences": {"main": [{"experienceId": "a", "enabled": 1}]}}},
                "draftConfig.experiences.main[0].enabled",
            ),
            (
                SaveExperience,
                EXPERIENCE
                | {
                    "draft": {
                        "steps": [
                            {
                                "id": "a",
                                "type": "short_text",
                                "title": "A",
                                "config": {"required": "yes"},
                            }
                        ]
                    }
                },
                "draft.steps[0].config.required",
            ),
            (
                SaveExperience,
                EXPERIENCE | {"draft": {"transform": {"output": {"width": "512"}}}},
                "draft.transform.output.width",
            ),
            (
                UpdateSessionProgress,
                SESSION | {"answers": [{"stepId": "a", "value": "b", "answeredAt": "1"}]},
                "answers[0].answeredAt",
            ),
        ],
    )
    def test_they_are_what_they_are_at_every_depth(
        self, model: type[Request], data: dict[str, object], path: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            parse(model, data)
        assert [issue["path"] for issue in refused.value.details["issues"]] == [path]

    def test_words_of_a_list_of_words_are_taken(self) -> None:
        assert parse(SaveProject, PROJECT | {"status": "live"}).status is ProjectStatus.LIVE

    @pytest.mark.parametrize("value", ["3", 3, 2.5, True, ["a"]])
    def test_the_value_of_an_answer_keeps_its_type(self, value: object) -> None:
        request = parse(
            UpdateSessionProgress, SESSION | {"answers": [{"stepId": "a", "value": value}]}
        )
        taken = request.answers[0].value
        assert (taken, type(taken)) == (value, type(value))
