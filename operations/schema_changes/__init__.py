"""Changes of what is stored: `python -m operations migrate`.

`declaration` is what a migration consists of, `catalog` all that there are, `state` what is
remembered of each in `/migrations/{id}`, `runner` the way through the documents, `command` the
words for people.
"""
