"""`python -m khamtop`: the same as `khamtop`."""

from khamtop.ui.start import main

main()
