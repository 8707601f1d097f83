"""The functions process, as the supervisor starts it."""

from emulator.functions.server import main

main()
