"""The command's beginning; ``python -m headroom_cli`` as well."""

from __future__ import annotations

import sys

__all__ = ["main"]

#: As a shell says it: 128 and the number of the signal.
_INTERRUPTED = 130


def main() -> None:
    """Runs the command, and ends the process."""
    try:
        # Within: it takes a while, and may be interrupted as well.
        import _headroom_namesake  # noqa: F401 - says where another module is called headroom
        from headroom_cli import app
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except ImportError as error:
        if error.name != "headroom":
            raise
        sys.exit(f"headroom: {error}")
    try:
        app.main()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
