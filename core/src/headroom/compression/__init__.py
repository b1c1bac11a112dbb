"""The compression pipeline: kinds, compressors, views."""

from __future__ import annotations

from headroom.compression.model import (
    Compressor,
    CompressResult,
    Deadline,
    Fidelity,
    Omission,
    Request,
    TimeBudgetExceeded,
    View,
    WrongKind,
)
from headroom.compression.pipeline import Pipeline

__all__ = [
    "CompressResult",
    "Compressor",
    "Deadline",
    "Fidelity",
    "Omission",
    "Pipeline",
    "Request",
    "TimeBudgetExceeded",
    "View",
    "WrongKind",
]
