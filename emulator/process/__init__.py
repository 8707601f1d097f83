"""Processes and what belongs to them: signals, ports, HTTP, files that change."""
