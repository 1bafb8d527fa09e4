"""What decided an output, to be saved beside it."""

from pathlib import Path
from typing import Any


def settings_of(command: str, inputs: dict[str, Path | None], **settings: Any) -> dict[str, Any]:
    """The command, the version, the inputs that were given, and everything that was set."""
    from importlib.metadata import version

    given = {name: str(path) for name, path in inputs.items() if path is not None}
    return {"command": command, "huizan": version("huizan"), "inputs": given, **settings}
