"""All emulators of one project, started and stopped together, and their control over HTTP."""
