"""What is only there if an extra of the package is installed."""

from __future__ import annotations

from types import ModuleType

from khamtop.index.types import KhamtopError


def agents() -> ModuleType:
    """`mcp.py`, by which agents ask; raises `mcp.missing` without the extra `khamtop[mcp]`."""
    try:
        from khamtop.ui import mcp
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise KhamtopError("mcp.missing") from error
    return mcp
