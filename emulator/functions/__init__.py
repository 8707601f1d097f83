"""The process that serves the functions, its supervisor, and the faults inside it."""
