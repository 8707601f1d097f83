"""What visitors and operators do with projects."""
