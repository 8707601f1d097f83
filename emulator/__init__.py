"""The local emulator suite: all that the runtime talks to, on one machine."""
