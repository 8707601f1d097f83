"""What members and sweeps do with chats."""
