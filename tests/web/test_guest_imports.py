"""The guest page's modules and folders import one another in one direction only."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

from emulator.node import WEB

SOURCES = WEB / "guest" / "src"
# `import … from "…"`, `export … from "…"`, `import "…"` and `import("…")`. Types count as well.
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")

Imports = dict[PurePosixPath, set[PurePosixPath]]


def imports_of(sources: Path) -> Imports:
    """What each module imports from beside it, by paths below `sources`."""
    return {
        PurePosixPath(file.relative_to(sources)): {
            PurePosixPath((file.parent / name).resolve().relative_to(sources.resolve()))
            for name in IMPORT.findall(file.read_text())
        }
        for file in sorted(sources.rglob("*.ts*"))
    }


def by_folder(imports: Imports) -> Imports:
    """The same among folders. A module that is in none stands for itself."""
    folders: Imports = {}
    for module, imported in imports.items():
        others = {_folder(other) for other in imported} - {_folder(module)}
        folders.setdefault(_folder(module), set()).update(others)
    return folders


def _folder(module: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(module.parts[0])


def circle(imports: Imports) -> list[str]:
    """Modules that import one another in a circle, or nothing."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [str(module) for module in error.args[1]]
    return []


class TestGuestPage:
    def test_every_import_leads_to_a_module(self) -> None:
        imports = imports_of(SOURCES)
        found = {module for imported in imports.values() for module in imported}
        assert {module for module in found if module.suffix != ".css"} <= imports.keys()
        assert PurePosixPath("app.tsx") in found

    def test_no_modules_import_one_another_in_a_circle(self) -> None:
        assert circle(imports_of(SOURCES)) == []

    def test_no_folders_import_one_another_in_a_circle(self) -> None:
        assert circle(by_folder(imports_of(SOURCES))) == []


class TestTheCheck:
    def test_finds_a_circle_through_every_kind_of_import(self, tmp_path: Path) -> None:
        (tmp_path / "parts").mkdir()
        (tmp_path / "app.tsx").write_text('import {\n  a,\n} from "./parts/a.tsx";\n')
        (tmp_path / "parts" / "a.tsx").write_text('export type * from "../b.ts";\n')
        (tmp_path / "b.ts").write_text('const c = () => import("./c.ts");\n')
        (tmp_path / "c.ts").write_text('import "./app.tsx";\nimport "preact";\n')
        found = circle(imports_of(tmp_path))
        assert set(found) == {"app.tsx", "parts/a.tsx", "b.ts", "c.ts"}

    def test_finds_a_circle_among_folders_whose_modules_have_none(self, tmp_path: Path) -> None:
        for folder, name, imported in (("a", "1", "../b/2.ts"), ("b", "3", "../a/4.ts")):
            (tmp_path / folder).mkdir()
            (tmp_path / folder / f"{name}.ts").write_text(f'import "{imported}";\n')
        assert circle(imports_of(tmp_path)) == []
        assert set(circle(by_folder(imports_of(tmp_path)))) == {"a", "b"}
