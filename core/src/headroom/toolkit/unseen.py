"""What no reader sees."""

from __future__ import annotations

__all__ = ["UNSEEN"]

#: Characters within a class of a regular expression: those that have no width, or are shown as
#: nothing (Default_Ignorable_Code_Point of Unicode 15), letters and marks among them, and the
#: blank of Braille.
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
