"""The rules that hold the code base together, each a function from one file to its offences.

Applied to every file, and shown to catch an offence, in test_architecture.py.
"""

import ast
import importlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

from experience import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
MAX_LINES = 400
MAX_MODULES = 15
"""Of a folder, beside its `__init__.py`: a newcomer takes them in at a glance."""

LARGE_FOLDERS = {"emulator/storage"}
"""One protocol, whose parts are many."""

# main → endpoints → usecases → store → models → shared modules, in each domain a file or a package.
LAYERS = ("models", "store", "usecases", "endpoints")

# Shared modules of one subject.
SHARED_PACKAGES = {"firebase", "locales", "reasons"}

# What stands between us and the SDK. Of the rest only endpoints name its options.
SDK_ADAPTERS = ("experience.config", "experience.firebase", "experience.logs")

# What brings in a clock, chance, the network or a client.
IMPURE = (
    *("time", "random", "secrets", "uuid", "os", "socket", "subprocess", "threading"),
    *("requests", "httpx", "flask", "google", "firebase_admin", "firebase_functions"),
    *("experience.clients", "experience.clock", "experience.config", "experience.firebase"),
    *("experience.logs", "experience.storage", "experience.store", "experience.transactions"),
)


@dataclass(frozen=True)
class SourceFile:
    """A file of the repository by its path from the root."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_deployed(self) -> bool:
        return self.path.parts[0] == "functions"

    @property
    def name(self) -> str:
        """`functions/experience/guests/store.py` → `experience.guests.store`."""
        parts = self.path.with_suffix("").parts[1 if self.is_deployed else 0 :]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> list[str]:
        """Everything imported anywhere in the file, down to the imported name."""
        return self._imports

    @cached_property
    def _imports(self) -> list[str]:
        found: list[str] = []
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    found += [alias.name for alias in names]
                case ast.ImportFrom(module=package, names=names, level=level):
                    found += [f"{'.' * level}{package or ''}.{alias.name}" for alias in names]
        return found


@dataclass(frozen=True)
class Position:
    """Where a module of `experience` stands: its domain (None: shared), its room, its layer."""

    domain: str | None
    room: str
    layer: int

    @classmethod
    def of(cls, name: str) -> "Position | None":
        match name.split("."):
            case ["main"]:
                return cls(None, "main", len(LAYERS))
            case ["experience", domain, *rest] if domain in DOMAINS:
                return cls(domain, rest[0] if rest else "", layer_of(name))
            case ["experience", *_]:
                return cls(None, "", -1)
        return None


def layer_of(name: str) -> int:
    """The layer that a part of the name tells; what is pure stands with the models.

    What else lies in a room stands with the use cases.
    """
    named = [LAYERS.index(part) for part in name.split(".")[2:] if part in LAYERS]
    if named:
        return named[0]
    return LAYERS.index("models" if is_pure(name) else "usecases")


@cache
def is_pure(name: str) -> bool:
    """Whether the docstring of the module, or of a package around it, promises `Pure.`"""
    parts = name.split(".")
    paths = [ROOT.joinpath("functions", *parts[:length]) for length in range(2, len(parts) + 1)]
    sources = [file for path in paths for file in (path / "__init__.py", path.with_suffix(".py"))]
    found = [ast.parse(file.read_text(encoding="utf-8")) for file in sources if file.is_file()]
    return any((ast.get_docstring(each) or "").endswith("Pure.") for each in found)


def rooms_of(package: str) -> tuple[str, ...] | None:
    """The rooms that a package lists in order in `ROOMS`; None where it has none."""
    found: tuple[str, ...] | None = getattr(importlib.import_module(package), "ROOMS", None)
    return found


def files(*suffixes: str) -> list[SourceFile]:
    """The repository's own text files with one of these suffixes; all of them without any."""
    return [file for file in _files() if not suffixes or file.path.suffix in suffixes]


@cache
def _files() -> list[SourceFile]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    found = []
    for path in map(PurePosixPath, filter(None, listed)):
        if not (ROOT / path).is_file():
            continue
        try:
            found.append(SourceFile(path, (ROOT / path).read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # a picture
    return found


def wrong_way_imports(file: SourceFile) -> Iterator[str]:
    """Imports point one way: down the layers, and to domains that come earlier in DOMAINS."""
    here = Position.of(file.name) if file.is_deployed else None
    if here is None:
        return
    for name in file.imports():
        if name.startswith("."):
            yield f"{name}: write the whole name, so that the arrow can be seen"
            continue
        there = Position.of(name)
        if there is None or there.domain is None:
            continue
        if here.room == "main":
            if there.layer != LAYERS.index("endpoints"):
                yield f"{name}: main imports endpoints only"
        elif here.domain is None:
            yield f"{name}: a shared module knows no domain"
        elif there.domain == here.domain:
            if there.layer > here.layer and rooms_of(f"experience.{here.domain}") is None:
                yield f"{name}: stands in a layer above"
        elif DOMAINS.index(there.domain) > DOMAINS.index(here.domain):
            yield f"{name}: {there.domain} comes after {here.domain} in DOMAINS"
        elif there.layer > here.layer or there.layer == LAYERS.index("endpoints"):
            yield f"{name}: of another domain only what stands no higher, and never its endpoints"


def wrong_way_rooms(file: SourceFile) -> Iterator[str]:
    """A package with `ROOMS` lists all that it holds, and each room imports only earlier ones."""
    package = _package_with_rooms(file.name)
    rooms = rooms_of(package) if package else None
    if package is None or rooms is None or file.name == package:
        return
    here = file.name.removeprefix(f"{package}.").split(".")[0]
    if here not in rooms:
        yield f"{here}: not in {package}.ROOMS"
        return
    for name in file.imports():
        there = name.removeprefix(f"{package}.").split(".")[0]
        is_own = name.startswith(f"{package}.") and there in rooms
        if is_own and rooms.index(there) > rooms.index(here):
            yield f"{name}: {there} comes after {here} in {package}.ROOMS"


def _package_with_rooms(name: str) -> str | None:
    """`emulator`, or the domain in which a module lies."""
    match name.split("."):
        case ["emulator", *_]:
            return "emulator"
        case ["experience", domain, *_] if domain in DOMAINS:
            return f"experience.{domain}"
    return None


def other_than_the_four(file: SourceFile) -> Iterator[str]:
    """A domain is models, store, usecases and endpoints, unless it lists rooms of its own."""
    match file.name.split(".") if file.is_deployed else []:
        case ["experience", domain, part, *_] if domain in DOMAINS and part not in LAYERS:
            if rooms_of(f"experience.{domain}") is None:
                yield f"{part}: neither {', '.join(LAYERS)}, nor a room in ROOMS"


def is_endpoint(file: SourceFile) -> bool:
    """Whether the file declares deployed functions."""
    here = Position.of(file.name) if file.is_deployed else None
    return here is not None and here.domain is not None and here.layer == LAYERS.index("endpoints")


def renamed_endpoints(file: SourceFile) -> Iterator[str]:
    """A callable and a schedule call the use case that has their name."""
    if not is_endpoint(file):
        return
    for node in file.tree.body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=decorators) if any(
                isinstance(each, ast.Call)
                and isinstance(each.func, ast.Name)
                and each.func.id in {"callable_function", "schedule"}
                for each in decorators
            ):
                called = {
                    each.func.attr if isinstance(each.func, ast.Attribute) else each.func.id
                    for each in ast.walk(node)
                    if isinstance(each, ast.Call)
                    and isinstance(each.func, ast.Attribute | ast.Name)
                }
                if name not in called:
                    yield f"{name}: calls no use case of this name"


def too_full(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """A folder holds at most fifteen modules: more of them want rooms."""
    modules = (path for path in paths if path.suffix == ".py")
    counted = Counter(
        str(path.parent) for path in modules if path.name not in {"__init__.py", "conftest.py"}
    )
    for folder, count in sorted(counted.items()):
        if count > MAX_MODULES and folder not in LARGE_FOLDERS:
            yield f"{folder}: {count} modules"


def circles(found: Iterable[SourceFile]) -> list[list[str]]:
    """Modules that import each other in a circle, wherever in a file they do so."""
    modules = {file.name: file for file in found}
    graph = {
        name: {
            there
            for each in file.imports()
            for there in (each, each.rpartition(".")[0])
            if there in modules and there != name and not file.name.startswith(f"{there}.")
        }
        for name, file in modules.items()
    }
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        return [list(error.args[1])]
    return []


def crossed_boundaries(file: SourceFile) -> Iterator[str]:
    """What is deployed and what serves it locally know each other by HTTP and variables alone."""
    forbidden = {
        "functions": {"emulator", "operations", "tests", "tools"},
        "emulator": {"experience", "main", "tests", "tools"},
    }.get(file.path.parts[0], set())
    for name in file.imports() if forbidden else ():
        if name.split(".")[0] in forbidden:
            yield f"{name}: {file.path.parts[0]}/ stands on its own"


def impure_models(file: SourceFile) -> Iterator[str]:
    """Models decide purely: state and `now` in, new state out."""
    position = Position.of(file.name) if file.is_deployed else None
    if position is None or position.domain is None or position.layer != LAYERS.index("models"):
        return
    for name in file.imports():
        if any(f"{name}.".startswith(f"{impure}.") for impure in IMPURE):
            yield f"{name}: a model takes the time, chance and what was stored as arguments"
    for node in ast.walk(file.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="now" | "utcnow" | "today" as attr)):
                yield f".{attr}(): a model takes the time as an argument"


def sdk_outside_its_adapters(file: SourceFile) -> Iterator[str]:
    """firebase-functions is below 1.0 and changes: few modules may know it."""
    if not file.is_deployed or f"{file.name}.".startswith(tuple(f"{a}." for a in SDK_ADAPTERS)):
        return
    for name in file.imports():
        if is_endpoint(file) and name == "firebase_functions.options":
            continue
        if name.split(".")[0] in {"firebase_functions", "functions_framework"}:
            yield f"{name}: only {', '.join(SDK_ADAPTERS)} import the SDK"


def more_than_a_table(file: SourceFile) -> Iterator[str]:
    """main.py is the table of contents: names by domain, and the one line that loads them."""
    if file.path != PurePosixPath("functions/main.py"):
        return
    docstring = ast.get_docstring(file.tree)
    for node in file.tree.body[1 if docstring else 0 :]:
        match node:
            case ast.ImportFrom(module="experience.firebase.loading"):
                continue
            case ast.Assign(targets=[ast.Name(id="DEPLOYED")], value=ast.Dict()):
                continue
            case ast.Expr() if ast.unparse(node) == "globals().update(load(DEPLOYED))":
                continue
        yield f"line {node.lineno}: main.py holds a table of names, nothing else"


def prints(file: SourceFile) -> Iterator[str]:
    """Functions log in structured lines."""
    for node in ast.walk(file.tree) if file.is_deployed else ():
        match node:
            case ast.Name(id="print"):
                yield f"line {node.lineno}: print; use experience.logs"


def too_long(file: SourceFile) -> Iterator[str]:
    """A file that one sitting can take in."""
    count = len(file.text.splitlines())
    if count > MAX_LINES:
        yield f"{count} lines: split it by subject, {MAX_LINES} are the most"


def undocumented(file: SourceFile) -> Iterator[str]:
    """Every public name of usecases and endpoints says what it means to a guest or operator."""
    position = Position.of(file.name) if file.is_deployed else None
    if position is None or position.domain is None or position.layer < LAYERS.index("usecases"):
        return
    for node in file.tree.body:
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ) if not name.startswith("_") and not ast.get_docstring(node):
                yield f"{name}: has no docstring"


# Written so that the patterns do not match themselves.
_ADDRESSES = re.compile(
    r"(?i)\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|deb\.debian\.org"
    r"|proxy\.golang\.org|crates\.io)\b|^--?(?:index-url|extra-index-url|find-links|i|f)\b"
    r"|file:///\w",
    re.MULTILINE,
)
_MACHINE_PATHS = re.compile(r"(?<![\w.)}\]>])/(?:home|root|work|Users)/(?=[\w.-])")


def machine_traces(file: SourceFile) -> Iterator[str]:
    """Nothing names a package registry's address or a folder of somebody's machine."""
    for number, line in enumerate(file.text.splitlines(), start=1):
        for pattern in (_ADDRESSES, _MACHINE_PATHS):
            if found := pattern.search(line):
                yield f"line {number}: {found.group()}"
