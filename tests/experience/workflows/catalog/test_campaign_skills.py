"""The skills of `campaign.build`, called as functions."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from experience.imaging.artwork.wheels import MIN_LABEL, can_draw, label_lines
from experience.language_models import colours
from experience.workflows.catalog.campaign_build import page
from experience.workflows.catalog.campaign_build.manifest import (
    Copy,
    Manifest,
    Media,
    Segment,
    Terms,
)
from experience.workflows.catalog.campaign_build.skills import media, output, writing
from experience.workflows.catalog.campaign_build.theme import (
    MIN_SEGMENT_CONTRAST,
    Colours,
    readable_theme,
)
from experience.workflows.skills import SkillFailed
from tests.support.builders.images import encoded
from tests.support.campaigns.builds import CONFIG
from tests.support.workflows.skill_contexts import MemoryRuntime

THEME, _ = readable_theme(Colours("#0b6e4f", "#f4a259"), "system")
HEX = st.from_regex(r"\A#[0-9a-fA-F]{6}\Z")
TEXT = st.text(max_size=60) | st.sampled_from(
    ["</script>", "<!--<script>", "]]>", "<img onerror=alert(1) src=x>", "\u2028", "__CAMPAIGN__"]
)


def failure(call: Any) -> SkillFailed:
    with pytest.raises(SkillFailed) as caught:
        call()
    return caught.value


def themed(primary: str, secondary: str | None) -> Any:
    """The theme and its corrections, or the failure."""
    try:
        return readable_theme(Colours(primary, secondary), "mono")
    except SkillFailed as refused:
        return refused


class TestTheme:
    @given(primary=HEX, secondary=HEX | st.none())
    @example(primary="#777777", secondary=None)
    @example(primary="#ffffff", secondary="#000000")
    def test_everything_can_be_read_or_is_refused_by_the_colours_names(
        self, primary: str, secondary: str | None
    ) -> None:
        made = themed(primary, secondary)
        if isinstance(made, SkillFailed):
            assert made.code == "THEME_CONTRAST"
            assert primary.lower() in made.message
            assert str(secondary).lower() in made.message
            assert colours.contrast(primary.lower(), str(secondary).lower()) < MIN_SEGMENT_CONTRAST
            return
        theme, corrections = made
        pairs = [
            (theme.text_color, theme.background_color, 4.5),
            (theme.on_primary_color, theme.primary_color, 4.5),
            (theme.on_secondary_color, theme.secondary_color, 4.5),
            (theme.primary_color, theme.background_color, 3.0),
            (theme.primary_color, theme.secondary_color, MIN_SEGMENT_CONTRAST),
        ]
        for one, other, ratio in pairs:
            assert colours.contrast(one, other) >= ratio
        assert theme.primary_color == primary.lower()
        if secondary:
            changed = theme.secondary_color != secondary.lower()
            assert [each.name for each in corrections] == ["secondaryColor"] * changed

    def test_two_colours_that_look_alike_are_corrected_a_little_or_refused(self) -> None:
        theme, corrections = readable_theme(Colours("#808080", "#999999"), "system")
        assert corrections[0].before == "#999999"
        assert corrections[0].after == theme.secondary_color
        refused = failure(lambda: readable_theme(Colours("#ffffff", "#fffffe"), "system"))
        assert refused.code == "THEME_CONTRAST"
        assert "secondaryColor #fffffe and primaryColor #ffffff look alike" in refused.message


class TestCopy:
    def written(self, **given: str) -> writing.Written:
        copy = writing.GivenCopy(**given)
        inputs = writing.CopyInput(given=copy, brief="A beach", name="Summer", locale="de")
        return writing.write_copy(inputs, MemoryRuntime().context())

    def test_given_words_stay_and_absent_ones_are_generated(self) -> None:
        written = self.written(headline="Sommer am Meer", cta="Los")
        assert (written.copy_.headline, written.copy_.cta) == ("Sommer am Meer", "Los")
        assert written.generated == ["intro", "win", "lose"]
        assert written.model == "local/1"
        assert all(len(getattr(written.copy_, name)) > 5 for name in written.generated)

    def test_complete_words_ask_no_model(self) -> None:
        words = dict.fromkeys(writing.MAX_LENGTHS, "Words")
        assert self.written(**words).model is None

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("headline", "<b>Win</b>"),
            ("headline", "x" * 101),
            ("intro", "Look at https://evil.example"),
            ("cta", "  "),
            ("win", "one\ntwo"),
            ("lose", "&lt;script&gt;"),
        ],
    )
    def test_markup_and_long_words_are_refused_by_their_name(self, name: str, text: str) -> None:
        refused = failure(lambda: self.written(**{name: text}))
        assert (refused.code, refused.retryable) == ("COPY_REFUSED", False)
        assert f"copy.{name}" in refused.message


class TestLogo:
    def logo(self, data: bytes) -> MemoryRuntime:
        runtime = MemoryRuntime({"workspaces/w/logo": data})
        inputs = media.LogoInput(logo_url="workspaces/w/logo")
        assert media.fetch_logo(inputs, runtime.context()).has_logo
        return runtime

    def test_is_drawn_anew_without_what_its_file_hides(self) -> None:
        file = io.BytesIO()
        Image.new("RGBA", (900, 300), (255, 0, 0, 128)).save(file, "PNG", icc_profile=b"secret")
        runtime = self.logo(file.getvalue())
        drawn = runtime.objects[runtime.refs["logo"].uri]
        assert b"secret" not in drawn
        image = Image.open(io.BytesIO(drawn))
        assert (image.format, image.size) == ("WEBP", (512, 171))
        assert 120 <= image.convert("RGBA").getpixel((256, 85))[3] <= 136  # type: ignore[index]

    def test_refuses_what_is_no_picture_and_what_is_missing(self) -> None:
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        refused = failure(lambda: self.logo(svg))
        assert refused.code == "LOGO_REFUSED"
        assert "not a PNG, JPEG or WebP image" in refused.message
        noise = Image.effect_noise((300, 200), 90).convert("RGB")
        for file_format in ("JPEG", "PNG", "WEBP"):
            file = io.BytesIO()
            noise.save(file, file_format)
            for size in (len(file.getvalue()) // 2, 14):
                cut = file.getvalue()[:size]
                refused = failure(lambda cut=cut: self.logo(cut))
                assert refused.code == "LOGO_REFUSED"
                assert "damaged or incomplete" in refused.message, (file_format, size)
        inputs = media.LogoInput(logo_url="workspaces/other/logo.png")
        missing = failure(lambda: media.fetch_logo(inputs, MemoryRuntime().context()))
        assert missing.code == "LOGO_REFUSED"
        assert "logoUrl" in missing.message

    def test_a_campaign_needs_none(self) -> None:
        made = media.fetch_logo(media.LogoInput(logo_url=None), MemoryRuntime().context())
        assert not made.has_logo


class Elements(HTMLParser):
    """Every tag of a page with its attributes, its comments, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[Any] = []
        self.scripts: list[tuple[dict[str, str | None], list[str]]] = []
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))
        if tag == "script":
            self.scripts.append((dict(attrs), []))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")
        self._in_script = False

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1][1].append(data)


RUNTIME = Elements(page.runtime("spin_wheel"))


def manifest(name: str = "Summer", text: str = "Spin", segments: Any = None) -> Manifest:
    return Manifest(
        campaign_id="c1",
        workspace_id="w",
        name=name,
        template_id="spin_wheel",
        locale="en",
        theme=THEME,
        copy_=Copy(headline=text, intro=text, cta=text, win=text, lose=text),
        segments=segments or [Segment(**each) for each in CONFIG["game"]["segments"]],
        terms=Terms(version="1", url=text, minimum_age=0),
        media=Media(),
    )


class TestPage:
    @given(name=TEXT, text=TEXT, labels=st.lists(TEXT, min_size=2, max_size=4), uri=TEXT)
    def test_no_text_of_a_tenants_becomes_markup_or_script(
        self, name: str, text: str, labels: list[str], uri: str
    ) -> None:
        segments = [Segment(id=each, label=each, prize=each) for each in labels]
        whole = manifest(name, text, segments)
        addresses = {"logo": uri}
        html = page.page_of(whole, addresses)
        made = Elements(html)
        assert made.seen == RUNTIME.seen
        data = [script for script in made.scripts if script[0].get("id") == "campaign"]
        assert [attributes["type"] for attributes, _ in data] == ["application/json"]
        inside = "".join(data[0][1])
        assert re.search("[<>&\u2028\u2029]", inside) is None
        assert inside.isascii()
        assert json.loads(inside) == page.shown(whole, addresses)
        others = [script for script in made.scripts if script[0].get("id") != "campaign"]
        assert others == [each for each in RUNTIME.scripts if each[0].get("id") != "campaign"]


class TestThumbnail:
    def drawn(self, **changes: Any) -> Image.Image:
        runtime = MemoryRuntime()
        plain = runtime.write(
            "background", encoded(Image.new("RGB", (90, 60), "#223")), "image/png"
        )
        badge = runtime.write("emblem", encoded(Image.new("RGBA", (9, 9))), "image/png")
        made = Media(background=plain, emblem=badge)
        whole = manifest().model_copy(update={"media": made, **changes})
        output.thumbnail(output.OfManifest(manifest=whole), runtime.context())
        found = runtime.refs["thumbnail"]
        assert found.type == "image/webp"
        return Image.open(io.BytesIO(runtime.objects[found.uri])).convert("RGB")

    def test_shows_the_wheel_in_its_colours_and_the_headline(self) -> None:
        image = self.drawn()
        assert image.size == (1200, 630)
        pixels = np.asarray(image, np.int32)

        def pixels_near(colour: str) -> int:
            wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
            return int((abs(pixels - wanted).max(axis=2) < 12).sum())

        assert pixels_near(THEME.primary_color) > 60_000
        assert pixels_near(THEME.secondary_color) > 60_000
        other = manifest(text="Win").copy_
        left = (0, 0, 550, 630)
        assert image.crop(left).tobytes() != self.drawn(copy_=other).crop(left).tobytes()

    def test_labels_wrap_and_shrink_before_they_are_cut(self) -> None:
        long = "A weekend for two in the mountains, with breakfast"
        assert label_lines("Free coffee", 8, 510)[1] == ["Free coffee"]
        for count in range(2, 11):
            pixels, lines = label_lines(long, count, 510)
            assert " ".join(lines) == long
            assert pixels >= MIN_LABEL
        for count, label in ((24, long), (8, "Donaudampfschifffahrtsgesellschaftskapitän")):
            pixels, lines = label_lines(label, count, 510)
            assert pixels == MIN_LABEL
            assert lines[-1].endswith("…")
            assert label.startswith(" ".join(lines)[:-1])
            assert len(" ".join(lines)) > 15

    def test_letters_that_the_font_lacks_are_left_out(self) -> None:
        assert can_draw("Grüße, Łódź, Ωμέγα, Жизнь!")
        assert not can_draw("عجلة الحظ")
        arabic = manifest(text="عجلة الحظ").copy_
        middle = self.drawn(copy_=arabic).crop((430, 100, 470, 560))
        assert len(middle.getcolors(40 * 460) or []) > 4  # the wheel is in the middle
