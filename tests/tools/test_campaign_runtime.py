"""The committed demo of campaigns is what its source builds, and holds no address."""

import base64
import hashlib
import re

from tests.support.node_installation import install
from tools.campaign_runtime import FILE, MARKER, page


def test_the_committed_page_is_current() -> None:
    assert FILE.read_text() == page(install()), f"{FILE.name} is not current: run `make runtime`"


def test_only_its_own_script_and_style_may_run_in_it() -> None:
    text = FILE.read_text()
    policy = re.search(r'content="(default-src[^"]+)"', text)
    assert policy
    expected = {"default-src 'none'", "img-src data:", "media-src data:"}
    expected |= {"base-uri 'none'", "form-action 'none'"}
    for directive, element in (("script-src", r'script type="module"'), ("style-src", "style")):
        content = re.findall(rf"<{element}>(.*?)</", text, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        expected.add(f"{directive} 'sha256-{digest}'")
    assert set(policy[1].split("; ")) == expected
    assert text.count(MARKER) == 1
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
