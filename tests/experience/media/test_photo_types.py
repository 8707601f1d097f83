"""Photos as phones name and send them: what the bytes show decides, while another can be taken."""

from typing import Any

import pytest
from google.cloud import firestore
from PIL import Image

from emulator.demo.client import CallError
from experience.media.models import HEAD_BYTES
from tests.experience.conftest import SignIn
from tests.support.builders.images import encoded
from tests.support.builders.jobs import CAPTURE
from tests.support.builders.uploads import PHOTO, UploadingGuest, another, get
from tests.support.builders.venues import a_venue


@pytest.fixture
def visitor(db: firestore.Client, signed_in: SignIn) -> UploadingGuest:
    return another(db, a_venue(db, steps=[CAPTURE]), signed_in)


def refused(visitor: UploadingGuest, asset: str, reason: str) -> dict[str, Any]:
    with pytest.raises(CallError, match=f"FAILED_PRECONDITION {reason}") as caught:
        visitor.confirm(asset)
    return caught.value.details


class TestPhotos:
    @pytest.mark.parametrize("content_type", ["image/heic", "image/heif"])
    def test_photos_that_nothing_here_decodes_are_refused_with_a_word_that_helps(
        self, visitor: UploadingGuest, content_type: str
    ) -> None:
        with pytest.raises(CallError, match="FAILED_PRECONDITION unsupported_media") as refused:
            visitor.create(content_type, 1)
        assert refused.value.details["found"] == content_type
        assert "JPEG" in str(refused.value)

    def test_of_photos_the_bytes_decide_the_type_whatever_their_names_say(
        self, visitor: UploadingGuest
    ) -> None:
        for called, shown in (("jpeg", "png"), ("png", "webp"), ("webp", "avif"), ("avif", "jpeg")):
            photo = encoded(Image.new("RGB", (8, 8)), shown)
            [held] = visitor.confirm(visitor.upload(photo, f"image/{called}"))["capturedMedia"]
            assert held["contentType"] == f"image/{shown}"
            stored = get(held["url"])
            assert (stored.content, stored.headers["content-type"]) == (photo, f"image/{shown}")

    def test_a_photo_that_breaks_off_is_refused_while_another_can_be_taken(
        self, visitor: UploadingGuest
    ) -> None:
        noise = encoded(Image.effect_noise((300, 300), 100))
        assert len(noise) > HEAD_BYTES
        for cut, type_ in ((PHOTO[:300], "jpeg"), (noise[:-20], "png")):
            refused(visitor, visitor.upload(cut, f"image/{type_}"), "upload_damaged")
        visitor.confirm(visitor.upload(noise, "image/png"))
        assert visitor.confirm(visitor.upload(PHOTO[:-2]))["capturedMedia"]

    def test_a_heic_called_a_jpeg_is_refused_while_another_can_be_taken(
        self, visitor: UploadingGuest
    ) -> None:
        asset = visitor.upload(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        assert refused(visitor, asset, "unsupported_media")["found"] == "image/heic"
