"""The provider of this machine: imaging and sounds, with nothing to lose and nothing to pay."""

import pytest

from experience.imaging import files, stages
from experience.providers import sounds
from experience.providers.local import Local
from experience.providers.models import Blob, FailureCode, ProviderFailed, State
from tests.support.builders.images import ASTRONAUT, recipe
from tests.support.media.memory_blobs import MemoryBlobs


@pytest.fixture
def photo(blobs: MemoryBlobs) -> str:
    normal = stages.normalise(ASTRONAUT, recipe("sketch", width=256))
    return blobs.write(Blob(normal, "image/png"))


def failed(blobs: MemoryBlobs, **params: object) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        Local(blobs).submit(params, "key")
    return caught.value


class TestLocal:
    def test_restyles_a_photo_at_once_and_free_of_charge(
        self, blobs: MemoryBlobs, photo: str
    ) -> None:
        local = Local(blobs)
        job_id = local.submit({"sources": [photo], "style": "sketch"}, "key")
        poll = local.poll(job_id)
        assert (poll.state, poll.cost_micros) == (State.COMPLETED, 0)
        result = local.fetch(str(poll.result_uri))
        assert result == Blob(stages.stylise(blobs.read(photo).data, "sketch"), "image/png")

    def test_asked_again_makes_the_same_and_stores_it_once(
        self, blobs: MemoryBlobs, photo: str
    ) -> None:
        params = {"sources": [photo], "style": "sketch"}
        first = Local(blobs).submit(params, "key")
        assert Local(blobs).submit(params, "key", begun_at=1) == first
        assert len(blobs.stored) == 2

    def test_draws_a_picture_after_words_alone(self, blobs: MemoryBlobs) -> None:
        palette = ["#e4572e", "#ffc914", "#1d1b3a", "#ffffff"]
        params = {"artwork": "emblem", "prompt": "a star", "palette": palette}
        local = Local(blobs)
        drawn = local.fetch(local.submit({**params, "width": 256, "height": 256}, "key"))
        assert (drawn.content_type, files.size(drawn.data)) == ("image/webp", (256, 256))
        assert failed(blobs, **params, width=1601).code is FailureCode.INVALID_INPUT
        assert failed(blobs, **{**params, "palette": ["red"] * 4}).code == "INVALID_INPUT"

    def test_plays_a_sound_after_words_alone(self, blobs: MemoryBlobs) -> None:
        local = Local(blobs)
        sound = local.fetch(local.submit({"sound": "win", "prompt": "harp"}, "key"))
        assert sound == Blob(sounds.synthesise("win", "harp"), "audio/wav")
        assert failed(blobs, sound="drum", prompt="").code is FailureCode.INVALID_INPUT

    @pytest.mark.usefixtures("endless_imaging")
    def test_ends_a_picture_that_takes_too_long_for_good(
        self, blobs: MemoryBlobs, photo: str
    ) -> None:
        failure = failed(blobs, sources=[photo], style="sketch")
        assert (failure.code, failure.retryable) == (FailureCode.TIMEOUT, False)

    def test_refuses_an_unknown_style(self, blobs: MemoryBlobs, photo: str) -> None:
        failure = failed(blobs, sources=[photo], style="van gogh")
        assert (failure.code, failure.retryable) == (FailureCode.PROCESSING_FAILED, False)
        assert "van gogh" in failure.message

    def test_refuses_parameters_by_the_name_of_the_field(self, blobs: MemoryBlobs) -> None:
        failure = failed(blobs, style="sketch", prompt="as a knight")
        assert failure.code is FailureCode.INVALID_INPUT
        assert "sources" in failure.message
        assert "prompt" in failure.message

    def test_says_when_the_photo_is_gone_or_none(self, blobs: MemoryBlobs) -> None:
        assert failed(blobs, sources=["gs://gone"], style="sketch").code == "INVALID_INPUT"
        text = blobs.write(Blob(b"no photo", "image/png"))
        assert failed(blobs, sources=[text], style="sketch").code == "INVALID_INPUT"
