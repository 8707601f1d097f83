"""An evening is rehearsed as a terminal does it."""

import re
from pathlib import Path

import pytest

from tests.support.commands import run


@pytest.mark.exhaustive
def test_a_small_evening_leaves_its_report(tmp_path: Path) -> None:
    done = run(
        "rehearse", "--guests", "3", "--minutes", "0.1", "--seed", "2", "--out", str(tmp_path)
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert re.search(r"Came .* 3/3", done.stdout)
    assert re.search(r"^0 violations in \d+ guests", done.stdout, re.M)
    assert "0 times internal" in done.stdout
    page = (tmp_path / "rehearsal.html").read_text()
    assert "It held" in page
    assert "Every invariant holds." in page
    for name in ("getProject", "createSession", "PUT photo"):
        assert f'<th scope="row">{name}</th>' in page
