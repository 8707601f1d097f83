"""What web developers are told about the functions, made from the functions themselves.

`python -m tools.contract` writes the typed client's generated sources and the reference pages; the
tests hold what is committed to it.
"""
