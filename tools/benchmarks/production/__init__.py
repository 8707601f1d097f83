"""The production path, functions-framework and gunicorn, beside callables written by hand."""
