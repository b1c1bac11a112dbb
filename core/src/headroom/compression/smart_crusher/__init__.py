"""JSON and tables: re-encodings without loss first, then a sample that keeps what matters.

The notation of the views, with its grammar, is documented in ``notation``; ``decode`` reads it.
Where to look for what:

- ``parse``, ``delimited``: JSON, JSON Lines, CSV and Markdown tables into values, exactly;
- ``shape``, ``layout``, ``table``: the columns of like objects, and their rows as lines;
- ``blocks``, ``texts``: a value as a tree of lines, sections and tables; long texts;
- ``notation``, ``aliases``: how values and names are spelled;
- ``decode``, ``cells``: back from a lossless view to the value;
- ``surprise``, ``order``: which rows say what no other row says, and what goes in first;
- ``lossy``, ``summary``, ``limits``: views that leave something out, and say what;
- ``compressor``: picks the best of all this for a request.
"""

from __future__ import annotations

from headroom.compression.smart_crusher.compressor import SmartCrusher
from headroom.compression.smart_crusher.decode import JsonValue, decode
from headroom.compression.smart_crusher.delimited import looks_like_aligned_table, looks_like_table

__all__ = ["JsonValue", "SmartCrusher", "decode", "looks_like_aligned_table", "looks_like_table"]
