"""The licence of each package that we deploy, by name: `make licences`.

Python packages are those of functions/requirements.txt, by the metadata that they install. npm
packages are those that the guest page is built from, by web/package-lock.json. Ends with 1 if one
of them has a licence that is not permitted here, or none.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]

PERMITTED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0"),
    *("MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"),
}
"""By SPDX. All of them let us deploy unchanged packages beside code of any licence."""

# How packages without an SPDX expression write it: in `License`, or as a classifier.
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The MIT License (MIT)": "MIT",
}


class Package(NamedTuple):
    """A package that is deployed, and its licence as an SPDX expression; "" if it names none."""

    registry: str
    name: str
    version: str
    licence: str

    @property
    def is_permitted(self) -> bool:
        """Whether one alternative of the licence is permitted in all its parts."""
        alternatives = re.split(r"\s+OR\s+", self.licence.strip("()"))
        return any(
            all(part.strip("() ") in PERMITTED for part in re.split(r"\s+AND\s+", each))
            for each in alternatives
        )


def python_packages(lock: Path = ROOT / "functions" / "requirements.txt") -> Iterator[Package]:
    """What the functions are installed with."""
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE):
        yield Package("PyPI", name, version, licence_of(metadata.metadata(name)))


def npm_packages(lock: Path = ROOT / "web" / "package-lock.json") -> Iterator[Package]:
    """What the guest page is built from, without what only builds and checks it."""
    for path, entry in json.loads(lock.read_text())["packages"].items():
        _, separator, name = path.rpartition("node_modules/")
        if not separator or entry.get("dev") or entry.get("devOptional") or entry.get("link"):
            continue
        yield Package("npm", name, entry["version"], str(entry.get("license", "")))


def licence_of(package: metadata.PackageMetadata) -> str:
    """The expression of a package's metadata, or else the licence by its name there."""
    if "License-Expression" in package:
        return package["License-Expression"]
    text = package["License"].strip() if "License" in package else ""
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in package.get_all("Classifier") or ()
        if each.startswith("License :: ")
    ]
    named = [text, *classifiers]
    known = [NAMES.get(each, each) for each in named]
    return next((each for each in known if each in PERMITTED), " / ".join(filter(None, named)))


def main() -> int:
    packages = [*python_packages(), *npm_packages()]
    table = Table("Registry", "Package", "Version", "Licence")
    for package in packages:
        table.add_row(*package, style="" if package.is_permitted else "red")
    Console().print(table)
    refused = [package.name for package in packages if not package.is_permitted]
    if refused:
        print(f"No permitted licence: {', '.join(refused)}.", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
