"""Options that several commands share."""

import argparse
import re


def project_id(text: str) -> str:
    """The type of an argument that is a Firebase project id."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no Firebase project id: those have lowercase letters, digits and hyphens"
        )
    return text


def add_app_check(parser: argparse.ArgumentParser) -> None:
    """Add `--app-check`."""
    parser.add_argument(
        "--app-check",
        action="store_true",
        help="refuse calls without a token of App Check, and use up those of calls that cost money",
    )


def add_faults(parser: argparse.ArgumentParser, default: str | None = "{}") -> None:
    """Add `--faults`, whose value `emulator.faults.settings.parse` reads."""
    parser.add_argument(
        "--faults",
        default=default,
        metavar="JSON",
        help="""what is to go wrong, as in '{"seed": 1, "duplicate": 0.5, "abort": 0.1}'""",
    )
