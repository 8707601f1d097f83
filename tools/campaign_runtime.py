"""The demo of campaigns: `web/play` builds it, and `campaign.build` puts in a campaign's data.

`make runtime` writes it. It is committed, because functions are deployed without Node.js.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from emulator.process.errors import SuiteError
from emulator.web import node
from tools import ROOT

SOURCE = node.WEB / "play"
CATALOG = ROOT / "functions" / "experience" / "workflows" / "catalog"
FILE = CATALOG / "campaign_build" / "runtime" / "spin_wheel.html"
MARKER = "__CAMPAIGN__"
"""What the page holds once, where a campaign's data goes."""


def page(binary: str) -> str:
    """The page as its present source builds it. Raises SuiteError with Vite's output."""
    vite = node.MODULES / "vite" / "bin" / "vite.js"
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, str(vite), "build", "--config", "vite.bundle.config.ts"]
        build = subprocess.run(
            [*command, "--outDir", folder, "--logLevel", "warn"],
            cwd=SOURCE,
            capture_output=True,
            text=True,
            check=False,
        )
        if build.returncode != 0:
            raise SuiteError(
                f"The demo of campaigns cannot be built:\n{build.stdout}{build.stderr}"
            )
        return (Path(folder) / FILE.name).read_text()


def main() -> None:
    """Write the page."""
    try:
        text = page(node.install(Console()))
    except SuiteError as error:
        sys.exit(f"The demo of campaigns is built in Node.js. {error}")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text)


if __name__ == "__main__":
    main()
