"""`python -m tools.contract client` writes the typed client's sources, `reference` the pages."""

import argparse
import sys

from rich.console import Console

from emulator.process.errors import SuiteError
from emulator.web import node
from tools.contract import client, reference
from tools.contract.run import record_in_a_suite_of_its_own


def main() -> None:
    """Write what is named."""
    parser = argparse.ArgumentParser(prog="python -m tools.contract", description=__doc__)
    parser.add_argument("what", choices=["client", "reference"])
    if parser.parse_args().what == "reference":
        reference.write(record_in_a_suite_of_its_own())
        return
    try:
        client.write(node.install(Console()))
    except SuiteError as error:
        sys.exit(f"The client's types are made in Node.js. {error}")


if __name__ == "__main__":
    main()
