"""The mail that brings a guest the address of their picture, once."""
