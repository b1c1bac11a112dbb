"""``python -m headroom_cli``."""

from headroom_cli.app import main

main()
