"""`python -m emulator`."""

import sys

from emulator.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
