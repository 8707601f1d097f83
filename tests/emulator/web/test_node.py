"""The installation of what web/package-lock.json pins, with an npm that only records its calls."""

import json
from pathlib import Path

import pytest

from emulator.process.errors import SuiteError
from emulator.web import node

REGISTRY = "http://127.0.0.1:1/npm"
LOCK = {
    "packages": {
        "": {"name": "web"},
        "client": {"name": "the-client"},
        "node_modules/the-client": {"resolved": "client", "link": True},
        "node_modules/plain": {"version": "1.2.3", "integrity": "sha512-a"},
        "node_modules/@scope/one": {"version": "2.0.0", "integrity": "sha512-b"},
        "client/node_modules/plain": {"version": "1.0.0", "integrity": "sha512-c"},
        "node_modules/alias": {"name": "@scope/real", "version": "3.1.0", "integrity": "sha512-d"},
        "node_modules/named": {"version": "1.0.0", "integrity": "sha512-e", "resolved": "here"},
    }
}
NPM = """#!/bin/sh
case "$1" in
config) echo {registry}/ ;;
ci)
  if [ -e npm-shrinkwrap.json ]; then
    echo addresses >> calls; cp npm-shrinkwrap.json seen.json
    {with_addresses}
  else
    echo names >> calls
    {without}
  fi
  mkdir -p node_modules ;;
esac
"""
FAILS = "echo 'npm error code {code}' >&2; exit 1"


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock file, in place of the project's own."""
    web = tmp_path / "web"
    web.mkdir()
    (web / "package-lock.json").write_text(json.dumps(LOCK))
    modules = web / "node_modules"
    for name, value in {
        "WEB": web,
        "MODULES": modules,
        "STAMP": modules / ".installed-from",
        "INSTALL_LOCK": tmp_path / "cache" / "web.lock",
    }.items():
        monkeypatch.setattr(node, name, value)
    return web


def an_npm(folder: Path, patch: pytest.MonkeyPatch, addresses: str = ":", names: str = ":") -> None:
    """An npm that runs one script for a lock file with URLs, and another for one without."""
    for name, script in {
        "node": "#!/bin/sh\necho v20.19.0\n",
        "npm": NPM.format(registry=REGISTRY, with_addresses=addresses, without=names),
    }.items():
        file = folder / name
        file.write_text(script)
        file.chmod(0o755)
    patch.setenv("PATH", str(folder), prepend=":")


class TestInstall:
    def test_npm_gets_the_url_of_each_package(
        self, web: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        an_npm(tmp_path, monkeypatch)
        node.install()
        seen = json.loads((web / "seen.json").read_text())["packages"]
        assert {name: each["resolved"] for name, each in seen.items() if "resolved" in each} == {
            "node_modules/the-client": "client",
            "node_modules/plain": f"{REGISTRY}/plain/-/plain-1.2.3.tgz",
            "node_modules/@scope/one": f"{REGISTRY}/@scope/one/-/one-2.0.0.tgz",
            "client/node_modules/plain": f"{REGISTRY}/plain/-/plain-1.0.0.tgz",
            "node_modules/alias": f"{REGISTRY}/@scope/real/-/real-3.1.0.tgz",
            "node_modules/named": "here",
        }
        assert seen["node_modules/plain"]["integrity"] == "sha512-a"
        assert not (web / "npm-shrinkwrap.json").exists()
        assert json.loads((web / "package-lock.json").read_text()) == LOCK
        assert node.is_installed()

    def test_once_is_enough(
        self, web: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        an_npm(tmp_path, monkeypatch)
        node.install()
        node.install()
        assert (web / "calls").read_text().split() == ["addresses"]

    def test_a_registry_with_other_addresses_is_asked_for_them(
        self, web: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        an_npm(tmp_path, monkeypatch, FAILS.format(code="E404"))
        node.install()
        assert (web / "calls").read_text().split() == ["addresses", "names"]
        assert node.is_installed()

    @pytest.mark.parametrize(
        ("code", "error", "message"),
        [
            ("ENOTFOUND", node.NodeMissingError, "npm reaches no registry"),
            ("EINTEGRITY", SuiteError, "EINTEGRITY"),
        ],
    )
    def test_any_other_failure_is_reported_and_leaves_no_lock_file(
        self,
        web: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        code: str,
        error: type[SuiteError],
        message: str,
    ) -> None:
        an_npm(tmp_path, monkeypatch, FAILS.format(code=code))
        with pytest.raises(error, match=message):
            node.install()
        assert (web / "calls").read_text().split() == ["addresses"]
        assert not (web / "npm-shrinkwrap.json").exists()
        assert not node.is_installed()
