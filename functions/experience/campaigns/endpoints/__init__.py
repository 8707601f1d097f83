"""Callables of campaigns: an instance imports those for operators, or those for who plays."""
