"""Whose words become views."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["DEFAULT_ROLES", "checked_roles"]

#: What tools answered. What an agent said itself it reads again whole: it writes its next answer
#: like the last one.
DEFAULT_ROLES = frozenset(["tool"])
_ROLES = DEFAULT_ROLES | {"assistant"}


def checked_roles(roles: Collection[str]) -> frozenset[str]:
    """The same, as they are now.

    Raises:
        TypeError: It is one text, where several are asked for.
        ValueError: There is no such role.

    >>> sorted(checked_roles(["tool", "assistant"]))
    ['assistant', 'tool']

    """
    if isinstance(roles, str) or not isinstance(roles, Collection):
        raise TypeError('roles takes several names: roles=["tool", "assistant"]')
    for role in sorted(map(str, roles)):
        if role not in _ROLES:
            raise ValueError(f'roles takes "tool" and "assistant", not {role!r}')
    return frozenset(roles)
