"""What guests and operators do with files."""
