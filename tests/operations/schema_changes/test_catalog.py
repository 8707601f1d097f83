"""The files of migrations: one that is wrong is named, and nothing runs."""

from pathlib import Path

import pytest

from operations import migrations
from operations.schema_changes import catalog
from operations.schema_changes.state import MigrationError

WHOLE = "QUERY = None\nchange = None\n"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"0001_syntax": "def change(:"}, "0001_syntax.py is no module: invalid syntax"),
        ({"0001_import": "import nothing_of_this_name"}, "0001_import.py is no module: No module"),
        ({"0001_query": "change = None"}, "0001_query.py has no QUERY"),
        ({"0001_change": "QUERY = None"}, "0001_change.py has no change"),
        ({"0002_late": WHOLE}, "0002_late.py is not number 0001"),
        ({"0001_one": WHOLE, "0001_other": WHOLE}, "0001_other.py is not number 0002"),
        ({"1_short": WHOLE}, "1_short.py is not number 0001"),
    ],
)
def test_a_file_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], words: str
) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(catalog, "FOLDER", tmp_path)
    monkeypatch.setattr(migrations, "__path__", [str(tmp_path)])

    with pytest.raises(MigrationError) as raised:
        catalog.read.__wrapped__()

    assert str(raised.value).startswith(f"operations/migrations/{words}")
