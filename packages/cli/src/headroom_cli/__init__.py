"""The ``headroom`` command, and the report of what a context holds and saved.

>>> from headroom import SharedContext
>>> from headroom_cli import report_html
>>> ctx = SharedContext()
>>> _ = ctx.put("numbers", [{"id": n, "state": "ok"} for n in range(100)])
>>> "numbers" in report_html(ctx)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headroom_cli._version import __version__

__all__ = ["__version__", "report_html", "write_report"]


def __getattr__(name: str) -> object:
    # The command begins here, and may be interrupted before it can say anything: the rest waits.
    if name in ("report_html", "write_report"):
        import _headroom_namesake  # noqa: F401 - says where another module is called headroom
        from headroom_cli import report

        return getattr(report, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if TYPE_CHECKING:
    from headroom_cli.report import report_html, write_report
