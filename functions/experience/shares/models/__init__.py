"""What is stored of a share, what callers send about it, and the page that it leads to."""
