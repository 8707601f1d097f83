"""`python -m tools.contract client` generates the typed client, `reference` the reference pages."""

import argparse
import sys

from rich.console import Console

from emulator.process.errors import SuiteError
from emulator.web import node
from tools import journey_states
from tools.contract import examples, reference_pages, typed_client


def main() -> None:
    """Generate what the argument names."""
    parser = argparse.ArgumentParser(prog="python -m tools.contract", description=__doc__)
    parser.add_argument("target", choices=["client", "reference"])
    if parser.parse_args().target == "reference":
        journey_states.write()
        reference_pages.write(examples.record_in_new_suite())
        return
    try:
        typed_client.write(node.install(Console()))
    except SuiteError as error:
        sys.exit(f"The client's types are generated in Node.js. {error}")


if __name__ == "__main__":
    main()
