"""`python -m operations preflight`: what a project lacks, one line each."""

import argparse
import sys
from pathlib import Path

from google.auth.exceptions import GoogleAuthError

from operations.preflight import needs
from operations.preflight.answers import Live, Recorded, UnreadableError
from operations.preflight.checks import CHECKS
from operations.preflight.project import Project

MALFORMED = (AttributeError, LookupError, TypeError, ValueError)
"""What a check raises where Google answers in a form of which the references say nothing."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--recorded", type=Path, metavar="DIR", help="answers that were recorded, instead of Google"
    )


def run(options: argparse.Namespace) -> int:
    """Print what is missing. 0 if nothing is, 1 if something is, 2 if something is unknown."""
    try:
        answers = Recorded(options.recorded) if options.recorded else Live(options.project)
        project = Project(options.project, answers, needs.parameters(options.project))
        project.number  # noqa: B018 - without it there is nothing to check
    except (GoogleAuthError, UnreadableError, *MALFORMED) as error:
        print(f"error: project {options.project} cannot be read: {error}", file=sys.stderr)
        return 2
    missing = unknown = 0
    for check in CHECKS:
        try:
            for each in check(project):
                print(each)
                missing += 1
        except UnreadableError as error:
            unknown += 1
            print(f"{check.__name__} could not be checked: {error}")
        except MALFORMED as error:
            unknown += 1
            why = f"an answer has another form than expected ({type(error).__name__}: {error})"
            print(f"{check.__name__} could not be checked: {why}")
    passed = f"{missing} missing in project {project.id}"
    print(f"{passed}, {unknown} of {len(CHECKS)} checks could not be made" if unknown else passed)
    return 1 if missing else 2 if unknown else 0
