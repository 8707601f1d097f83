"""Bodies that a callable does not take: read away in parts, and never held."""

import io
import json
import tracemalloc

import flask
import pytest

import main
from experience.documents import Request
from experience.errors import InvalidArgument
from experience.firebase.request_body import MAX_BODY_BYTES, PART_BYTES, check_body, parse
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


class TestSize:
    def checked(self, body: bytes, max_bytes: int = MAX_BODY_BYTES) -> InvalidArgument | None:
        headers = {"content_type": "application/json"}
        with flask.Flask("callable").test_request_context("/", method="POST", data=body, **headers):
            request = flask.request._get_current_object()  # type: ignore[attr-defined]
            refused = check_body(request, max_bytes)
            if refused is None:
                assert request.json == json.loads(body)
            return refused

    @pytest.mark.parametrize(
        "text",
        [
            "yes, no, perhaps, " * 10_000,
            "[1] {a}, " * 20_000,
            r"said \"a, b\", then [c]" * 20_000,
            "\\\\," * 50_000,
            "é, ü, 😀" * 20_000,
        ],
    )
    def test_separators_inside_of_a_text_are_no_values(self, text: str) -> None:
        body = b'{"data": {"title": "%s"}}' % text.encode()
        assert self.checked(body) is None

    @pytest.mark.parametrize(
        "values", [b"[%s]" % (b"0," * 20_000 + b"0"), b"[" * 11_000, b'["%s"' % (b'","' * 20_000)]
    )
    def test_values_are_counted_behind_a_text_too(self, values: bytes) -> None:
        refused = self.checked(b'{"data": {"title": "a, b", "more": %s}}' % values)
        assert refused
        assert refused.reason == "request_too_large"

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16"])
    def test_only_utf_8_is_json(self, encoding: str) -> None:
        """As UTF-16 the letter Ģ has a byte of its own that looks like the end of its text."""
        body = ('{"data": {"title": "Ģ", "more": [%s1]}}' % ("{}," * 20_000)).encode(encoding)
        refused = self.checked(body)
        assert refused
        assert refused.reason == "malformed_request"

    @pytest.mark.parametrize(
        "body", [b'"' * 1_000_001, b'"' + b'\\"' * 500_000, b",".join([b'"'] * 9)]
    )
    def test_a_text_without_an_end_is_malformed(self, body: bytes) -> None:
        refused = self.checked(b'{"data": ' + body)
        assert refused
        assert refused.reason == "malformed_request"

    def test_one_wide_character_does_not_widen_the_whole_body_several_times(self) -> None:
        """Six times the body: itself twice, and a text of four bytes for each character."""
        body = b'{"data": {"title": "%s"}}' % ("😀".encode() + b"a" * 4_000_000)
        about = {"method": "POST", "data": body, "content_type": "application/json"}
        with flask.Flask("callable").test_request_context("/", **about):
            request = flask.request._get_current_object()  # type: ignore[attr-defined]
            tracemalloc.start()
            try:
                assert check_body(request, 5_000_000) is None
                assert request.json["data"]["title"].endswith("aa")
                assert tracemalloc.get_traced_memory()[1] < 6.5 * len(body)
            finally:
                tracemalloc.stop()


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
