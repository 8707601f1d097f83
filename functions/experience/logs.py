"""Structured log lines, as Cloud Logging reads them. Never payloads, tokens or addresses."""

from typing import Any

from firebase_functions import logger


def info(message: str, **fields: Any) -> None:
    """Something that an operator may want to follow."""
    logger.info(message, **fields)


def warning(message: str, **fields: Any) -> None:
    """Something that works, but not as the operator meant it."""
    logger.warn(message, **fields)


def error(message: str, **fields: Any) -> None:
    """Something that needs a person. Pass `exc=traceback.format_exc()` for a bug."""
    logger.error(message, **fields)
