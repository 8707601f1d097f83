"""The calls that the reference shows, a module for each kind of visitor."""
