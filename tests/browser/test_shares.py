"""What phones bring along and take away, in a real browser: files, letters, and the picture."""

import io
import re
from pathlib import Path

import pytest
import requests
from PIL import Image

from emulator.demo import seed
from tests.support.browser import Browser
from tests.support.builders.images import PHOTOS
from tests.support.faulty_suite import FaultySuite


@pytest.mark.exhaustive
class TestSharedPicture:
    def test_is_there_for_everybody_until_its_guest_deletes_it(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("sharedPicture")
        assert seen["uncaught"] == []
        assert seen["violations"] == []
        assert re.fullmatch(r"http://[^/]+/s/[a-z2-7]{26}", seen["code"])

        [shared] = seen["shared"]
        assert shared["inTap"], "the tap is over once the page has waited for anything"
        assert seen["asked"] == 0, "the picture was fetched when it was shown"
        [file] = shared["files"]
        assert file["size"] > 1000

        plain = seen["plain"]
        name = faulty_suite.db.document("projects", seed.PROJECT).get().get("name")
        assert plain["title"] == plain["tags"]["og:title"] == f"A picture from {name}"
        assert re.match(r"http://127\.0\.0\.1:\d+/v0/b/", plain["tags"]["og:image"])
        assert plain["tags"]["twitter:card"] == "summary_large_image"
        assert "noindex" in plain["tags"]["robots"]
        assert plain["brand"] != "rgba(0, 0, 0, 0)", "the style sheet is there"

        stranger = seen["stranger"]
        assert (stranger["refused"], stranger["erase"], stranger["notice"]) == (404, 0, "Saved.")
        with Image.open(stranger["path"]) as saved:
            assert list(saved.size) == plain["size"]

        assert seen["inApp"]["opened"] == plain["tags"]["og:image"]
        assert "Saved" not in seen["inApp"]["notice"]
        assert seen["inApp"]["notice"]

        assert seen["gone"]["status"] == 404
        assert name not in seen["gone"]["text"]
        assert faulty_suite.of(seed.PROJECT, "sessions", createdBy=seen["uid"]) == []
        assert seen["code"].rpartition("/")[2] not in [
            each.id for each in faulty_suite.db.collection("shares").stream()
        ]


@pytest.mark.exhaustive
class TestOddFiles:
    def test_are_taken_or_refused_in_words(self, browser: Browser, tmp_path: Path) -> None:
        photo = str(PHOTOS / "chelsea.jpg")
        empty, text, video = (tmp_path / name for name in ("empty", "text", "video"))
        empty.write_bytes(b"")
        text.write_text("a shopping list")
        video.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2")
        cut_out = tmp_path / "cut-out.png"
        clear = Image.effect_noise((1500, 1500), 100).convert("RGBA")
        clear.paste((0, 0, 0, 0), (0, 0, 400, 400))
        clear.save(cut_out, compress_level=0)
        assert cut_out.stat().st_size > 3 * 2**20
        kinds = [
            ("photo.jpg", "image/jpg", photo, None),
            ("photo", "", photo, None),
            ("photo.mp4", "video/mp4", photo, None),
            ("photo.png", "image/png", photo, None),
            ("empty.jpg", "image/jpeg", str(empty), "empty_file"),
            ("list", "", str(text), "wrong_type"),
            ("clip.mp4", "video/mp4", str(video), "video_not_asked"),
            ("clip.jpg", "image/jpeg", str(video), "video_not_asked"),
        ]
        names = ("name", "mimeType", "path", "reason")
        files = [dict(zip(names, each, strict=True)) for each in kinds]
        seen = browser.play("oddFiles", files=files, cutOut=str(cut_out))
        assert seen["uncaught"] == []
        assert [bool(words) for _, words in seen["reasons"]] == [bool(each[3]) for each in kinds]
        with Image.open(io.BytesIO(requests.get(seen["photo"], timeout=60).content)) as sent:
            corner = sent.convert("RGB").getpixel((10, 10))
        assert isinstance(corner, tuple)
        assert min(corner) > 240, "what is transparent is white, as the server has it"

        assert "Instagram" in seen["inApp"]["text"]
        assert seen["inApp"]["address"].startswith("x-safari-http")
        assert seen["cameraApp"] == {"before": 0, "capture": "user", "again": 1}
        family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}\u200d\N{BOY}"
        assert seen["tooMany"] == "2 too many"
        assert seen["name"] == family * 5 + "\u0627\u0628\u062c\u062f"
        assert seen["direction"] == "auto"
