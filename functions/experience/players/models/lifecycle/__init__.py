"""What the life of a player is decided by: own documents, merging and erasure."""
