"""The migrations, `NNNN_name.py`, in the order in which they run. None is changed after a release.

A module's docstring says in one sentence what changes. It has a `QUERY`, a pure function `change`
from the fields of a document to their difference, and where there is a way back its `inverse`.
`docs/extending.md` says how to write one.
"""
