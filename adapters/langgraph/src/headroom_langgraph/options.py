"""The options that every road takes, checked in one place."""

from __future__ import annotations

from collections.abc import Collection

from typing_extensions import Unpack

from headroom import Handoff, HandoffOptions, Reader, RetrievalTool, SharedContext
from headroom_langgraph.messages import DEFAULT_ROLES, ROLES
from headroom_langgraph.namespaces import Namespace, ScopedHandoff, in_namespace
from headroom_langgraph.traces import trace_handoffs

__all__ = [
    "ReaderOptions",
    "checked_names",
    "checked_roles",
    "handoff_of",
    "roles_in",
    "unknown_reader",
]


class ReaderOptions(HandoffOptions, total=False):
    """``HandoffOptions``, and what a graph cannot tell of the model that reads the views.

    ``exclude`` takes names of keys of the state, of tools, and of nodes and agents; ``full_for``
    takes names of nodes and agents. Where there is
    no ``query``, the views answer what the reader is asked, as far as the state tells.
    """

    #: Whether views name the retrieval tool; ``False`` if not given. Say so where the model that
    #: reads them has ``retrieve_tool(ctx)``.
    mention_tool: bool
    #: Whose messages get views, of ``"tool"``, ``"assistant"`` and ``"user"``; those of tools if
    #: not given. A message of a user with a name is one of a user.
    roles: Collection[str]
    #: The namespace of the store, or a function that tells it of the run's config or, where its
    #: parameter is called so, of its runtime: a user's or a thread's. No view, and no answer of the
    #: retrieval tool, reaches from one into another. Where the function raises, payloads go on as
    #: they are. If not given, it is that of the context.
    namespace: Namespace


def handoff_of(
    ctx: SharedContext,
    *,
    mention_tool: bool = False,
    roles: Collection[str] = DEFAULT_ROLES,
    namespace: Namespace | None = None,
    **options: Unpack[HandoffOptions],
) -> ScopedHandoff:
    """What makes the views; whose messages get them, ``roles_in`` says.

    Raises:
        ValueError: An option makes no sense.
        TypeError: There is no such option, or it has the wrong type.

    """
    if not isinstance(ctx, SharedContext):
        # Said now, for a run would go on without a single view. @compress_node is easily written
        # in place of @compress_node(ctx).
        raise TypeError(f"the first argument must be a SharedContext, not {type(ctx).__name__}")
    checked_roles(roles)
    options["exclude"] = checked_names("exclude", options.get("exclude")) or frozenset()
    options["full_for"] = checked_names("full_for", options.get("full_for")) or frozenset()
    ctx, tells = in_namespace(ctx, namespace)
    tool = RetrievalTool.name if mention_tool else None
    trace_handoffs()
    return ScopedHandoff(ctx, **options, tool=tool, namespace=tells)


def checked_names(what: str, names: Collection[str] | None) -> frozenset[str] | None:
    """Names that do not change any more, so that they can be compared and hashed.

    Raises:
        TypeError: It is one text, where several are asked for.

    """
    if isinstance(names, str):
        raise TypeError(f'{what} takes several names: {what}=["name"]')
    return None if names is None else frozenset(names)


def checked_roles(roles: Collection[str] | None) -> frozenset[str]:
    """Roles of messages; those that get views by default where there is ``None``.

    Raises:
        TypeError: It is one text, where several are asked for.
        ValueError: There is no such role.

    >>> sorted(checked_roles(["user", "tool"]))
    ['tool', 'user']

    """
    taken = checked_names("roles", roles)
    if taken is None:
        return DEFAULT_ROLES
    for role in sorted(map(str, taken)):
        if role not in ROLES:
            raise ValueError(f'roles takes "tool", "assistant" and "user", not {role!r}')
    return taken


def roles_in(options: ReaderOptions) -> frozenset[str]:
    """Whose messages get views by these options."""
    return checked_roles(options.get("roles"))


def unknown_reader(handoff: Handoff) -> Reader:
    """Whoever reads the state: all that is known is whether it was said to have the tool."""
    return Reader(query=handoff.query, has_tool=handoff.tool is not None)
