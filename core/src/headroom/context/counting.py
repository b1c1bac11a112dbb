"""Whose tokens a context counts."""

from __future__ import annotations

import logging
from collections.abc import Callable

from headroom.tokens import (
    EstimateCounter,
    TokenCounter,
    as_counter,
    check_model,
    get_counter,
    load_early,
)

__all__ = ["Counting"]

logger = logging.getLogger("headroom.context")


class Counting:
    """Finds the counter at the first payload; its vocabulary is read from now on, in a thread."""

    def __init__(
        self, model: str, counter: TokenCounter | Callable[[str], int] | None = None
    ) -> None:
        check_model(model)
        self.model = model
        #: What the user gave instead of the tokenizer of the model.
        self.given = None if counter is None else as_counter(counter)
        self._found = self.given
        if self.given is None:
            load_early(model)

    def __call__(self) -> TokenCounter:
        """The counter, the same every time."""
        if self._found is None:
            counter = get_counter(self.model)
            if isinstance(counter, EstimateCounter):
                logger.warning("token counts are estimates: %s", counter.reason)
            else:
                logger.info("tokens are counted by %s", counter.name)
            self._found = counter
        return self._found
