"""Everything that is deployed has a licence that lets us deploy it."""

import json
from email.message import Message
from pathlib import Path
from typing import Any, cast

import pytest

from tools import licences
from tools.licences import Package


def package(licence: str) -> Package:
    return Package("PyPI", "some", "1.0", licence)


def metadata_of(**fields: str) -> Any:
    """The metadata of a package, with `_` in names for `-`."""
    message = Message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return cast("Any", message)


class TestWhatIsDeployed:
    @pytest.mark.parametrize("packages", [licences.python_packages, licences.npm_packages])
    def test_is_permitted(self, packages: Any) -> None:
        found = list(packages())
        assert len(found) > 30
        assert [each for each in found if not each.is_permitted] == []


class TestPermitted:
    @pytest.mark.parametrize(
        "licence", ["MIT", "MIT AND Zlib", "GPL-3.0-only OR MIT", "(MIT OR GPL-2.0) ", "0BSD"]
    )
    def test_one_alternative_is_enough(self, licence: str) -> None:
        assert package(licence).is_permitted

    @pytest.mark.parametrize(
        "licence",
        ["", "GPL-3.0-only", "MIT AND GPL-2.0-only", "AGPL-3.0 OR SSPL-1.0", "Mit"],
    )
    def test_the_others_and_none_are_refused(self, licence: str) -> None:
        assert not package(licence).is_permitted


class TestLicence:
    @pytest.mark.parametrize(
        ("fields", "licence"),
        [
            ({"License_Expression": "Apache-2.0 OR MIT", "License": "x"}, "Apache-2.0 OR MIT"),
            ({"License": "The MIT License (MIT)"}, "MIT"),
            ({"Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
            ({"License": "GPL v3"}, "GPL v3"),
            ({"Classifier": "Topic :: Software"}, ""),
        ],
    )
    def test_is_the_expression_or_the_name(self, fields: dict[str, str], licence: str) -> None:
        assert licences.licence_of(metadata_of(**fields)) == licence


class TestNpm:
    def test_what_only_builds_the_page_is_left_out(self, tmp_path: Path) -> None:
        lock = tmp_path / "package-lock.json"
        packages = {
            "": {"version": "1"},
            "node_modules/guest": {"link": True},
            "node_modules/a/node_modules/@b/c": {"version": "2", "license": "ISC"},
            "node_modules/tool": {"version": "3", "license": "GPL-3.0", "dev": True},
            "node_modules/bare": {"version": "4"},
        }
        lock.write_text(json.dumps({"packages": packages}))
        found = list(licences.npm_packages(lock))
        assert found == [Package("npm", "@b/c", "2", "ISC"), Package("npm", "bare", "4", "")]
