"""Languages: which one a person gets, and what is translated into which."""
