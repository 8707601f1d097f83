"""What operators do in a workspace."""
