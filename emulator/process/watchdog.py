"""Runs a command that cannot outlive its starter: `python watchdog.py READ_FD CMD …`.

READ_FD is the read end of a pipe whose write end only the starter holds. However the starter ends,
the kernel closes the write end. The watchdog forked here then reads end-of-file and kills the whole
process group. The command takes over this process: same pid, own exit status. The imports are few
and cheap, because every child of the suite starts through this file.
"""

import os
import signal
import sys

MAX_FILE_DESCRIPTORS = 65536  # no process here has as many files open


def watch(lifeline: int) -> None:
    """Wait until the starter ends, then kill the process group, this process included.

    As long as the watchdog is a member, the kernel cannot reuse the group's number.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    # The command's pipes and sockets must close when the command ends, so hold no copy of them.
    os.closerange(3, lifeline)
    os.closerange(lifeline + 1, MAX_FILE_DESCRIPTORS)
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def take_terminal() -> None:
    """Become the terminal's foreground job if the starter is, so that Ctrl-C comes here.

    Ctrl-Z is disabled: no shell would be there to resume a stopped command.
    """
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    if os.isatty(0) and os.tcgetpgrp(0) == os.getpgid(os.getppid()):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)


def main() -> None:
    lifeline, command = int(sys.argv[1]), sys.argv[2:]
    os.set_inheritable(lifeline, False)
    if os.getsid(0) != os.getpid():
        take_terminal()
    if os.fork() == 0:
        watch(lifeline)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        sys.exit(127)  # as in a shell


main()
