"""Which mail is due, what is stored of it, and what it says."""
