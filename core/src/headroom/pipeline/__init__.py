"""From a payload to its view: segments, the kind of each, shares of the budget, the laws."""

from __future__ import annotations

from headroom.pipeline.pipeline import Pipeline

__all__ = ["Pipeline"]
