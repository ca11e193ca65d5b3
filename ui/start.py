"""The program's door: where something that it needs cannot be loaded, it says what, in the place of a traceback."""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Runs `khamtop`."""
    try:
        from khamtop.ui.cli import main as command
    except (ImportError, OSError) as error:  # a library is not there, or lacks one of the system's
        sys.exit(_say_what_is_missing(error))
    command()


def _say_what_is_missing(error: Exception) -> int:
    """Prints what is wrong with the installation; the exit status."""
    from khamtop.ui import doctor, texts

    found, language = doctor.installation(error), texts.of_machine()
    if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:
        print(json.dumps(doctor.to_json(found, language), ensure_ascii=False))
    else:
        print(doctor.to_text(found, language), file=sys.stderr)
    return 1
