"""What a store, a kind and an adapter must do, as pytest classes to inherit."""

from __future__ import annotations

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_testing._version import __version__
from headroom_testing.adapter import AdapterContract, Sent
from headroom_testing.clock import ManualClock
from headroom_testing.contract.base import Capability
from headroom_testing.faulty import Fault, FaultyLeasingStore, FaultyStore
from headroom_testing.laws import KindLaws
from headroom_testing.payloads import HOSTILE, SORTS, hostile_text
from headroom_testing.scanning import ScanningContract
from headroom_testing.store import StoreContract

__all__ = [
    "HOSTILE",
    "SORTS",
    "AdapterContract",
    "Capability",
    "Fault",
    "FaultyLeasingStore",
    "FaultyStore",
    "KindLaws",
    "ManualClock",
    "ScanningContract",
    "Sent",
    "StoreContract",
    "__version__",
    "hostile_text",
]
