"""What players and operators do with progress, one module for each group of verbs."""
