"""One run of a guest, or of an operator's preview, through one experience."""
