"""The command's beginning; ``python -m headroom_cli`` as well."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command, and ends the process."""
    try:
        # Within: it takes a while, and may be interrupted as well.
        try:
            import _headroom_namesake  # noqa: F401 - says where another module is called headroom
        except ImportError as error:
            sys.exit(f"headroom: {error}")
        from headroom_cli import app

        app.main()
    except KeyboardInterrupt:
        # As a shell says it: 128 and the number of the signal.
        sys.exit(130)


if __name__ == "__main__":
    main()
