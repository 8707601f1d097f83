"""The commands of `python -m emulator`, and their options."""
