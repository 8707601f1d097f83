"""Bodies that a callable does not take: read away in parts, and never held."""

import io

import flask
import pytest

import main
from experience.firebase.request_body import MAX_BODY_BYTES, PART_BYTES


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
