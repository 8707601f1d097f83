"""Event sessions, what callers send about them, and the decisions about them."""
