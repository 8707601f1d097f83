"""What the suite needs of the operating system: processes, signals, ports, HTTP, file events."""
