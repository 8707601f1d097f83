"""What phones bring along and take away, in a real browser: files, letters, and the picture."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from emulator.demo import seed
from tests.support.browser import Browser, assert_asks_before_it_erases
from tests.support.builders.images import PHOTOS
from tests.support.faulty_suite import FaultySuite

ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
IN_APPS = {
    "Facebook": f"{ANDROID} Version/4.0 Chrome/128.0 Mobile Safari/537.36 [FBAN/EMA;FBAV/480.0]",
    "TikTok": f"{ANDROID} Version/4.0 Chrome/128.0 Mobile Safari/537.36 trill_350 BytedanceWebview",
}


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

        assert_asks_before_it_erases(seen["erasing"])
        assert seen["gone"]["status"] == 404
        assert name not in seen["gone"]["text"]
        assert faulty_suite.of(seed.PROJECT, "sessions", createdBy=seen["uid"]) == []
        assert seen["code"].rpartition("/")[2] not in [
            each.id for each in faulty_suite.db.collection("shares").stream()
        ]


@pytest.mark.exhaustive
class TestSharedEventPicture:
    def test_has_a_short_address_until_its_guest_deletes_it(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        seen = browser.play("sharedEventPicture", photo=str(PHOTOS / "chelsea.jpg"))
        assert seen["uncaught"] == []
        assert re.fullmatch(r"http://[^/]+/s/[a-z2-7]{26}", seen["code"])
        event = faulty_suite.db.document("events", seed.EVENT).get()
        assert seen["plain"]["title"] == f"A picture from {event.get('name')}"
        assert min(seen["plain"]["size"]) > 0
        assert seen["gone"] == 404
        sessions = event.reference.collection("sessions").stream()
        assert seen["uid"] not in [each.get("createdBy") for each in sessions]


File = dict[str, str | None]


def odd_files(folder: Path) -> list[File]:
    """Files as phones hand them over, each with the reason for which the page refuses it."""
    photo = PHOTOS / "chelsea.jpg"
    with Image.open(photo) as image:
        made = {name: folder / name for name in ("avif", "webp", "png", "half", "heic")}
        image.save(made["avif"], "AVIF")
        image.save(made["webp"], "WEBP")
        image.save(made["png"], "PNG")
    made["half"].write_bytes(photo.read_bytes()[:-40])  # the phone's memory was full
    # No browser but Safari reads one.
    made["heic"].write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
    contents = {"empty": b"", "text": b"a shopping list", "gif": b"GIF89a" + bytes(100)}
    contents["video"] = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"
    for name, content in contents.items():
        made[name] = folder / name
        made[name].write_bytes(content)
    kinds = [
        ("photo.jpg", "image/jpg", photo, None),
        ("photo", "", photo, None),
        ("photo.mp4", "video/mp4", photo, None),
        ("photo.png", "image/png", photo, None),
        ("half.jpg", "image/jpeg", made["half"], None),
        ("photo.avif", "image/avif", made["avif"], None),
        ("called.jpg", "image/jpeg", made["avif"], None),
        ("called.jpeg", "image/jpeg", made["webp"], None),
        ("صورة.jpg", "image/jpeg", made["png"], None),
        ("photo.heic", "image/heic", made["heic"], "unsupported_media"),
        ("heic.jpg", "image/jpeg", made["heic"], "unsupported_media"),
        ("empty.jpg", "image/jpeg", made["empty"], "empty_file"),
        ("list", "", made["text"], "wrong_type"),
        ("moving.gif", "image/gif", made["gif"], "wrong_type"),
        ("clip.mp4", "video/mp4", made["video"], "video_not_asked"),
        ("clip.jpg", "image/jpeg", made["video"], "video_not_asked"),
    ]
    names = ("name", "mimeType", "path", "reason")
    return [
        dict(zip(names, (name, kind, str(path), why), strict=True))
        for name, kind, path, why in kinds
    ]


def check_words(said: list[tuple[str, str | None]], files: list[File]) -> None:
    """Each refused file has words of its own kind, and each other one none."""
    assert [bool(words) for _, words in said] == [bool(each["reason"]) for each in files]


@pytest.mark.exhaustive
class TestOddFiles:
    def test_are_taken_or_refused_in_words(self, browser: Browser, tmp_path: Path) -> None:
        files = odd_files(tmp_path)
        cut_out = tmp_path / "cut-out.png"
        clear = Image.effect_noise((1500, 1500), 100).convert("RGBA")
        clear.paste((0, 0, 0, 0), (0, 0, 400, 400))
        clear.save(cut_out, compress_level=0)
        assert cut_out.stat().st_size > 3 * 2**20
        seen = browser.play("oddFiles", files=files, cutOut=str(cut_out))
        assert seen["uncaught"] == []
        check_words(seen["reasons"], files)
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

    @pytest.mark.parametrize(("app", "user_agent"), IN_APPS.items(), ids=list(IN_APPS))
    def test_are_taken_or_refused_in_an_event_too(
        self,
        browser: Browser,
        faulty_suite: FaultySuite,
        tmp_path: Path,
        app: str,
        user_agent: str,
    ) -> None:
        files = odd_files(tmp_path)
        seen = browser.play("oddFilesInEvent", files=files, userAgent=user_agent)
        assert seen["uncaught"] == []
        check_words(seen["reasons"], files)
        assert seen["sent"] == [each["name"] for each in files if each["reason"] is None]
        assert app in seen["inApp"]["text"]
        assert seen["inApp"]["address"].startswith("intent://")
        assert seen["capture"] == "user"


@pytest.mark.exhaustive
class TestNamedFiles:
    @pytest.mark.parametrize(
        ("name", "file"),
        [
            ("ليلة الصيف", "ليلة-الصيف"),
            ("नमस्ते रात", "नमस्ते-रात"),
            ("Été / 2026: „Nuit“", "Été-2026-Nuit"),
            ("🎉🎉", "picture"),
        ],
    )
    def test_are_named_after_the_event_in_any_script(
        self, browser: Browser, faulty_suite: FaultySuite, name: str, file: str
    ) -> None:
        event = faulty_suite.db.document("events", seed.EVENT)
        before = event.get().get("name")
        event.update({"name": name})
        try:
            seen = browser.play("namedFiles", photo=str(PHOTOS / "chelsea.jpg"))
        finally:
            event.update({"name": before})
        assert (seen["atEnd"], seen["atAddress"]) == (f"{file}.png", f"{file}.png")
        assert "auto" in seen["directions"]


WRITTEN = {
    *("title", "description", "ctaLabel", "placeholder", "label", "yesLabel", "noLabel"),
    *("minLabel", "maxLabel", "messages", "name", "text"),
}
"""The fields that people write for guests."""


def in_arabic(value: Any, key: str = "") -> Any:
    """The same with all that people have written in Arabic, even what they left out."""
    if isinstance(value, dict):
        return {name: in_arabic(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [in_arabic(each, key) for each in value]
    return "نص عربي" if key in WRITTEN and isinstance(value, str) else value


@pytest.mark.exhaustive
class TestDirection:
    def test_of_all_that_people_write_is_that_of_its_script(
        self, browser: Browser, faulty_suite: FaultySuite
    ) -> None:
        db = faulty_suite.db
        event = db.document("events", seed.EVENT)
        written = [event, *(each.reference for each in event.collection("steps").stream())]
        written += [db.document("experiences", each) for each in (seed.CARTOON, seed.SKETCH)]
        before = {each: each.get().to_dict() or {} for each in written}
        for reference, fields in before.items():
            reference.set(in_arabic(fields))
        try:
            seen = browser.play("arabicEvent", photo=str(PHOTOS / "chelsea.jpg"))
        finally:
            for reference, fields in before.items():
                reference.set(fields)
        assert seen["uncaught"] == []
        assert {screen: texts for screen, texts in seen["screens"].items() if texts} == {}
        assert len(seen["screens"]) >= 13
