"""The suite: every emulator of one project, and its control over HTTP."""
