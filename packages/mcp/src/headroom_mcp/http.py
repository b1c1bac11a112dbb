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

from headroom_mcp.server import HeadroomServer

__all__ = ["CannotListen", "Guard", "is_loopback", "serve"]

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
        self._token = None if token is None else f"Bearer {token}".encode()
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        # All of them: two headers of one name must not hide one another.
        origins = [value for name, value in scope["headers"] if name == b"origin"]
        if not all(map(self._allows, origins)):
            await _refuse(send, 403, "this origin is not allowed")
        elif self._token is not None and not hmac.compare_digest(
            headers.get(b"authorization", b""), self._token
        ):
            await _refuse(send, 401, "a bearer token is needed")
        else:
            await self._app(scope, receive, send)

    def _allows(self, origin: bytes) -> bool:
        text = origin.decode("latin-1").rstrip("/").lower()
        if text in self._origins:
            return True
        try:
            host = urlsplit(text).hostname
        except ValueError:
            return False
        return host is not None and is_loopback(host)


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
    config = uvicorn.Config(guard, log_level="warning", access_log=False)
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
