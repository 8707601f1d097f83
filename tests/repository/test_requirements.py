"""Both lock files say what pyproject.toml means, and what is installed is what they say."""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical
from packaging.version import Version

from tests.repository import architecture
from tests.repository.architecture import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
CHECKPOINTS = [Requirement(line) for line in PROJECT["optional-dependencies"]["checkpoints"]]
DEV = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]
LOCKS = {
    "functions/requirements.txt": RUNTIME,
    "requirements-dev.txt": [*RUNTIME, *DEV],
}


def pins(text: str) -> dict[str, Version]:
    """A lock's pins by canonical name. Raises ValueError for a line that is no pin with hashes."""
    found: dict[str, Version] = {}
    for line in text.replace("\\\n", "").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;]+)( +--hash=sha256:[0-9a-f]{64})+", line)
        if not pin:
            raise ValueError(f"not a pin with hashes: {line!r}")
        found[canonical(pin[1])] = Version(pin[2])
    return found


def unmet(requirements: Iterable[Requirement], locked: dict[str, Version]) -> list[str]:
    """The requirements that a lock lacks or does not satisfy."""
    return [
        str(requirement)
        for requirement in requirements
        if (version := locked.get(canonical(requirement.name))) is None
        or version not in requirement.specifier
    ]


def reachable(roots: Iterable[Requirement]) -> set[str]:
    """What installing `roots` brings along, by what the installed packages say they require."""
    seen: set[tuple[str, str]] = set()
    todo = [(canonical(root.name), extra) for root in roots for extra in ("", *root.extras)]
    while todo:
        name, extra = here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        for line in metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                todo += [(canonical(needed.name), wanted) for wanted in ("", *needed.extras)]
    return {name for name, _ in seen}


def locked(path: str) -> dict[str, Version]:
    return pins((ROOT / path).read_text())


class TestLocks:
    @pytest.mark.parametrize(("path", "requirements"), LOCKS.items(), ids=list(LOCKS))
    def test_satisfy_pyproject(self, path: str, requirements: list[Requirement]) -> None:
        assert not unmet(requirements, locked(path)), "run `make lock`"

    @pytest.mark.parametrize(("path", "requirements"), LOCKS.items(), ids=list(LOCKS))
    def test_hold_nothing_that_nobody_needs(
        self, path: str, requirements: list[Requirement]
    ) -> None:
        superfluous = locked(path).keys() - reachable(requirements)
        assert not superfluous, "run `make lock`"

    def test_agree_on_every_pin_that_they_share(self) -> None:
        deployed, local = locked("functions/requirements.txt"), locked("requirements-dev.txt")
        assert deployed.items() <= local.items(), "tests must run what is deployed: `make lock`"

    def test_are_what_is_installed(self) -> None:
        installed = {
            name: Version(metadata.version(name)) for name in locked("requirements-dev.txt")
        }
        assert installed == locked("requirements-dev.txt"), "remove .venv and run `make setup`"


class TestDeployedCode:
    def test_imports_only_what_is_deployed_with_it(self) -> None:
        deployed = locked("functions/requirements.txt")
        providers = metadata.packages_distributions()
        optional = reachable(CHECKPOINTS)
        for file in architecture.files(".py"):
            if not file.is_deployed:
                continue
            for name in file.imports():
                top = name.split(".")[0]
                if top in {"experience", *sys.stdlib_module_names}:
                    continue
                packages = {canonical(package) for package in providers.get(top, ())}
                # An extra, which test_architecture.py shows that no deployed function loads.
                is_extra = (
                    file.path.parts[2] == "checkpoints"
                    and bool(packages & optional)
                    and name.startswith(("langgraph.checkpoint.", "langchain_core."))
                )
                assert packages & deployed.keys() or is_extra, (
                    f"{file.path} imports {name}: not deployed"
                )

    def test_holds_nothing_of_an_extra(self) -> None:
        deployed = locked("functions/requirements.txt")
        assert {canonical(each.name) for each in CHECKPOINTS} == {"langgraph-checkpoint"}
        assert not [name for name in deployed if name.startswith(("langgraph", "langchain"))]


class TestTheChecks:
    HASH = f"--hash=sha256:{'0' * 64}"

    @pytest.mark.parametrize(
        "line",
        ["rich", "rich>=15", "rich @ file:rich.whl", "--find-links wheels", "-e .", "rich==15.0.0"],
    )
    def test_a_line_that_is_no_pin_with_hashes_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError, match="not a pin with hashes"):
            pins(f"numpy==2.4.6 {self.HASH}\n{line}\n")

    def test_a_missing_and_an_outdated_pin_are_found(self) -> None:
        wanted = [Requirement("rich>=15"), Requirement("numpy>=2.4"), Requirement("pillow")]
        lock = f"rich==14.0 {self.HASH}\npillow==13.0.0 \\\n    {self.HASH} \\\n    {self.HASH}"
        assert unmet(wanted, pins(lock)) == ["rich>=15", "numpy>=2.4"]

    def test_reachable_follows_requirements_and_extras(self) -> None:
        found = reachable([Requirement("firebase-functions")])
        assert {"flask", "werkzeug", "grpcio"} <= found
        assert "pytest" not in found
