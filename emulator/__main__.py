"""`python -m emulator`."""

import io
import signal
import sys


def _end_at_ctrl_c() -> None:
    """Let Ctrl-C end the process without a traceback, until a command has something to stop."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _print_anywhere() -> None:
    """Print `?` for what the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _run() -> int:
    _end_at_ctrl_c()
    _print_anywhere()
    try:
        from emulator.cli.commands import main
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "emulator":
            raise
        python = ".".join(map(str, sys.version_info[:2]))
        print(
            f"error: {error}, for {sys.executable} (Python {python})."
            " Run `make setup` once, then `.venv/bin/python -m emulator`.",
            file=sys.stderr,
        )
        return 1
    return main()


if __name__ == "__main__":
    sys.exit(_run())
