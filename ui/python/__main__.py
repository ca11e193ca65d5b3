"""`python -m khamtop`: the same as `khamtop`."""

from khamtop.ui.cli import main

main()
