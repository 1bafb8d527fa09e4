"""The one error that a user can cause: input or usage that does not hold.

The command line turns it into exit status 2 and one message; every room raises it, none catches it to go on.
"""


class InputError(ValueError):
    """Something given to huizan does not hold.

    Parameters
    ----------
    must
        What must hold.
    found
        What was found: file, column, first bad row, how many.
    do
        What to do about it.
    """

    def __init__(self, must: str, found: str, do: str) -> None:
        self.must, self.found, self.do = must, found, do
        super().__init__(f"{must.rstrip('.')}. Found: {found.rstrip('.')}. {do.rstrip('.')}.")
