"""CrewAI with ``install(ctx)``."""

from __future__ import annotations

from compat.examples.record import ctx, options
from headroom_crewai import install

install(ctx, **options)
