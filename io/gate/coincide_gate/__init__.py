"""Converts coincidences of GATE 9 and 10 (ROOT, ASCII) to tables that Coincide reads."""


class GateError(Exception):
    """A sentence for the user: what failed, with the value, and what to do."""
