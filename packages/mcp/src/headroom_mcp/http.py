"""Streamable HTTP, guarded: who may ask, and from which page."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware.cors import CORSMiddleware

from headroom_mcp.server import HeadroomServer

__all__ = ["CannotListen", "CrossOrigin", "Guard", "is_loopback", "serve"]

# What clients of the protocol send beside what any page may, and read of an answer.
_SENT = [
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Protocol-Version",
    "Mcp-Session-Id",
]
_READ = ["Mcp-Session-Id", "WWW-Authenticate"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class CannotListen(Exception):
    """The address cannot be bound to; the message says why."""


class Guard:
    """Refuses requests of web pages from elsewhere, and those without the token.

    A page that a browser has open may send requests to this machine; its origin gives it away (see
    the security notes of the MCP specification on DNS rebinding).

    Args:
        app: What is guarded.
        token: What a request must bring as ``Authorization: Bearer``; ``None`` is nothing.
        origins: Origins that are allowed beside those of this machine.

    """

    def __init__(self, app: App, token: str | None, origins: Iterable[str]) -> None:
        self._app = app
        self._token = None if token is None else token.encode()
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        # All of them: two headers of one name must not hide one another.
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        if not all(self.allows(origin.decode("latin-1")) for origin in origins):
            await _refuse(send, 403, "this origin is not allowed")
        elif not self._is_authorized(headers.get(b"authorization", b"")):
            await _refuse(send, 401, "a bearer token is needed")
        else:
            await self._app(scope, receive, send)

    def _is_authorized(self, header: bytes) -> bool:
        if self._token is None:
            return True
        # The scheme may be written in any case (RFC 9110, 11.1).
        scheme, _, token = header.partition(b" ")
        is_the_token = hmac.compare_digest(token.strip(b" "), self._token)
        return is_the_token and scheme.lower() == b"bearer"

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may ask."""
        text = origin.rstrip("/").lower()
        if text in self._origins:
            return True
        try:
            host = urlsplit(text).hostname
        except ValueError:
            return False
        return host is not None and is_loopback(host)


class CrossOrigin(CORSMiddleware):
    """Tells browsers what pages of the allowed origins may send, and read of an answer.

    Outside of the guard: a browser asks for that without the token, and a page that is refused for
    want of the token is to see why.
    """

    def __init__(self, guard: Guard) -> None:
        super().__init__(
            guard,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=_SENT,
            expose_headers=_READ,
        )
        self._guard = guard

    def is_allowed_origin(self, origin: str) -> bool:
        """As the guard sees it."""
        return self._guard.allows(origin)


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{why}\n".encode()})


def serve(
    server: HeadroomServer, *, host: str, port: int, token: str | None, origins: Iterable[str]
) -> None:
    """Serves until it is stopped. The endpoint is ``/mcp``.

    Raises:
        CannotListen: The address is not of this machine, or the port is in use.

    """
    listening = _listen(host, port)
    # On an address of this machine, a name that leads here from elsewhere is refused as well.
    names = ["127.0.0.1:*", "localhost:*", "[::1]:*", f"{host}:*"]
    allowed = [f"{scheme}://{name}" for scheme in ("http", "https") for name in names]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=is_loopback(host),
        allowed_hosts=names,
        allowed_origins=[*allowed, *origins],
    )
    app = server.streamable_http_app(host=host, transport_security=security)
    guard = Guard(app, token, origins)
    config = uvicorn.Config(CrossOrigin(guard), log_level="warning", access_log=False)
    with listening:
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        (family, *_, address), *_ = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotListen(f"cannot listen on {host}, port {port}: {why}") from error
