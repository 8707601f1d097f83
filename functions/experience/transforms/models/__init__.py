"""Jobs and their parts, and the decisions about them."""
