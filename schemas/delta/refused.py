"""The one error of this decoder."""


class Refused(Exception):
    """The delta, or the image it is applied to, is not as the page says. `kind` is for programs, the message for people."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind
