"""What web developers get from the functions: a typed client and reference pages.

`python -m tools.contract` generates both from the functions themselves. Tests compare what is
committed with what it generates.
"""
