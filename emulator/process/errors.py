"""Errors that the user can correct."""


class SuiteError(Exception):
    """One message that explains what is wrong and what to do about it; shown without traceback."""


class PortTakenError(SuiteError):
    """Another program listens at the port."""
