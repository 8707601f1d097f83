"""What the assistant can do for a user: tools that read, and tools that propose a change."""
