"""The life of a player: own documents, merging into an account, export and erasure."""
