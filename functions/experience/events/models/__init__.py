"""What an event consists of, and what operators send about it."""
