"""The process that serves the deployed functions, and its supervisor."""
