"""A store of Headroom on Redis or Valkey, for many machines.

Installed beside the core, it serves the URLs that begin with ``redis://``, ``rediss://`` and
``unix://``: ``SharedContext(store="redis://localhost:6379/0")``.
"""

from __future__ import annotations

import _headroom_namesake  # noqa: F401 - says where another module is called headroom
from headroom_redis._version import __version__
from headroom_redis.asynchronous import AsyncRedisStore
from headroom_redis.store import RedisStore, open_redis

__all__ = ["AsyncRedisStore", "RedisStore", "__version__", "open_redis"]
