"""`python -m contract client` writes the typed client's sources, `reference` the pages."""

import argparse
import sys

from rich.console import Console

from contract import reference_pages, typed_client
from contract.examples import record_in_a_suite_of_its_own
from emulator import node
from emulator.processes import SuiteError


def main() -> None:
    """Write what is named."""
    parser = argparse.ArgumentParser(prog="python -m contract", description=__doc__)
    parser.add_argument("what", choices=["client", "reference"])
    if parser.parse_args().what == "reference":
        reference_pages.write(record_in_a_suite_of_its_own())
        return
    try:
        typed_client.write(node.install(Console()))
    except SuiteError as error:
        sys.exit(f"The client's types are made in Node.js. {error}")


if __name__ == "__main__":
    main()
