"""`python -m contract client` writes the typed client's generated sources."""

import argparse
import shutil
import sys

from contract import client


def main() -> None:
    """Write what is named."""
    parser = argparse.ArgumentParser(prog="python -m contract", description=__doc__)
    parser.add_argument("what", choices=["client"])
    parser.parse_args()
    node = shutil.which("node")
    if node is None or not (client.FOLDER.parent / "node_modules").exists():
        sys.exit("The client's types are made by Node 20 or newer: run `npm ci` in web/ first.")
    client.write(node)


if __name__ == "__main__":
    main()
