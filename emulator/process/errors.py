"""What goes wrong so that the user can put it right."""


class SuiteError(Exception):
    """What the user can put right: one message that says what is wrong and what to do."""


class PortTakenError(SuiteError):
    """Somebody else has the port."""
