"""The page of a campaign: our runtime, and the campaign's data as JSON that nothing breaks out of.

Pure.
"""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from experience.workflows.catalog.campaign_build.manifest import SLOTS, Manifest

MARKER = "__CAMPAIGN__"
"""What the runtime holds once, within `<script type="application/json" id="campaign">`."""


def page_of(manifest: Manifest, media: Mapping[str, str | None]) -> str:
    """One self-contained page, in ASCII. `media`: an address for each slot.

    An HTML parser ends a script at the first `</script`, whatever its type, and reads `<!--` in it.
    In JSON all text is in strings, where any character can be written as its number.
    """
    before, found, after = runtime(manifest.template_id).partition(MARKER)
    if not found or MARKER in after:
        raise ValueError(f"the runtime of {manifest.template_id} must have {MARKER} once")
    return f"{before}{escaped_json(shown(manifest, media))}{after}"


def shown(manifest: Manifest, media: Mapping[str, str | None]) -> dict[str, Any]:
    """The manifest with addresses in place of artifacts."""
    fields = manifest.model_dump(mode="json", by_alias=True)
    return {**fields, "media": {slot: media.get(slot) for slot in SLOTS}}


def escaped_json(value: Any) -> str:
    """JSON without any character that means something in HTML, and in ASCII."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def data_uri(data: bytes, type_: str) -> str:
    """Bytes as the address that contains them."""
    return f"data:{type_};base64,{base64.b64encode(data).decode()}"


@cache
def runtime(template_id: str) -> str:
    """The page of a template without a campaign. `make runtime` builds it."""
    path = Path(__file__).with_name("runtime") / f"{template_id}.html"
    return path.read_text(encoding="utf-8")
