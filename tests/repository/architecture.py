"""The rules that hold the code base together, each a function from one file to its offences.

Applied to every file, and shown to catch an offence, in test_architecture.py.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

from experience import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
LINES_AT_MOST = 400

# main → endpoints → usecases → store → models → shared modules. A layer is a file or a package of
# that name; other files of a domain, and what its package exports, stand beside its models.
RANKS = {"models": 0, "store": 1, "usecases": 2, "endpoints": 3}

# The domains that are spread over further files, and the layers these belong to.
SPREAD = {
    "providers": dict.fromkeys(
        ("gemini", "http", "keys", "local", "prices", "registry", "replicate"), "store"
    ),
    "workflows": {
        **dict.fromkeys(("artifacts", "blobs", "cache", "memory", "payloads", "tenant"), "store"),
        **dict.fromkeys(("collecting", "commands", "closing", "ending", "engine"), "usecases"),
        **dict.fromkeys(("preparing", "running", "sweeping", "worker"), "usecases"),
        **dict.fromkeys(("concluding", "generating", "places"), "usecases"),
        **dict.fromkeys(("erasing", "owners", "photo", "polling", "resuming"), "usecases"),
    },
}

# Shared modules of one subject.
SHARED_PACKAGES = {"firebase"}

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

    def imports(self) -> Iterator[str]:
        """Everything imported anywhere in the file, down to the imported name."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=package, names=names, level=level):
                    yield from (f"{'.' * level}{package or ''}.{alias.name}" for alias in names)


@dataclass(frozen=True)
class Place:
    """Where a module of `experience` stands: in which domain (None: shared), in which layer."""

    domain: str | None
    rank: int

    @classmethod
    def of(cls, name: str) -> "Place | None":
        match name.split("."):
            case ["main"]:
                return cls(None, 4)
            case ["experience", domain, *rest] if domain in DOMAINS:
                part = rest[0] if rest else ""
                return cls(domain, RANKS.get(SPREAD.get(domain, {}).get(part, part), 0))
            case ["experience", *_]:
                return cls(None, -1)
        return None


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
    here = Place.of(file.name) if file.is_deployed else None
    if here is None:
        return
    for name in file.imports():
        if name.startswith("."):
            yield f"{name}: write the whole name, so that the arrow can be seen"
            continue
        there = Place.of(name)
        if there is None or there.domain is None:
            continue
        if here.rank == RANKS["endpoints"] + 1:
            if there.rank != RANKS["endpoints"]:
                yield f"{name}: main imports endpoints only"
        elif here.domain is None:
            yield f"{name}: a shared module knows no domain"
        elif there.domain == here.domain:
            if there.rank > here.rank:
                yield f"{name}: stands in a layer above"
        elif DOMAINS.index(there.domain) > DOMAINS.index(here.domain):
            yield f"{name}: {there.domain} comes after {here.domain} in DOMAINS"
        elif there.rank > here.rank or there.rank == RANKS["endpoints"]:
            yield f"{name}: of another domain only what stands no higher, and never its endpoints"


def crossed_boundaries(file: SourceFile) -> Iterator[str]:
    """What is deployed and what serves it locally know each other by HTTP and variables alone."""
    forbidden = {
        "functions": {"emulator", "tests", "tools"},
        "emulator": {"experience", "main", "tests", "tools"},
    }.get(file.path.parts[0], set())
    for name in file.imports():
        if name.split(".")[0] in forbidden:
            yield f"{name}: {file.path.parts[0]}/ stands on its own"


def impure_models(file: SourceFile) -> Iterator[str]:
    """Models decide purely: state and `now` in, new state out."""
    place = Place.of(file.name) if file.is_deployed else None
    if place is None or place.domain is None or place.rank != RANKS["models"]:
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
        if file.path.name == "endpoints.py" and name == "firebase_functions.options":
            continue
        if name.split(".")[0] in {"firebase_functions", "functions_framework"}:
            yield f"{name}: only {', '.join(SDK_ADAPTERS)} import the SDK"


def more_than_imports(file: SourceFile) -> Iterator[str]:
    """main.py is the table of contents: imports by name, and `__all__` for the linter."""
    if file.path != PurePosixPath("functions/main.py"):
        return
    docstring = ast.get_docstring(file.tree)
    for node in file.tree.body[1 if docstring else 0 :]:
        match node:
            case ast.ImportFrom(names=names) if all(alias.name != "*" for alias in names):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                continue
        yield f"line {node.lineno}: main.py holds imports by name, nothing else"


def prints(file: SourceFile) -> Iterator[str]:
    """Functions log in structured lines."""
    for node in ast.walk(file.tree) if file.is_deployed else ():
        match node:
            case ast.Name(id="print"):
                yield f"line {node.lineno}: print; use experience.logs"


def too_long(file: SourceFile) -> Iterator[str]:
    """A file that one sitting can take in."""
    count = len(file.text.splitlines())
    if count > LINES_AT_MOST:
        yield f"{count} lines: split it by subject, {LINES_AT_MOST} are the most"


def undocumented(file: SourceFile) -> Iterator[str]:
    """Every public name of usecases and endpoints says what it means to a guest or operator."""
    place = Place.of(file.name) if file.is_deployed else None
    if place is None or place.domain is None or place.rank < RANKS["usecases"]:
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
