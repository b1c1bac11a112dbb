"""A web service for the agents of many tenants: FastAPI in front, Redis behind.

Each tenant has a token and a namespace of its own. An agent puts a payload away and gets its view;
others read views that fit their question, and look up what was left out::

    pip install -r examples/service/requirements.txt ./core ./packages/redis
    export TENANTS='{"s3cret": "acme"}' HEADROOM_STORE=redis://localhost:6379/0
    uvicorn --app-dir examples/service service:app

    alias ask='curl -H "Authorization: Bearer s3cret"'
    ask -T orders.json localhost:8000/payloads/orders
    ask "localhost:8000/payloads/orders?query=refunds&max_tokens=300"
    ask "localhost:8000/payloads/orders/excerpt?place=rows%203-9"
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from headroom import (
    HeadroomError,
    KeyEvicted,
    KeyExpired,
    KeyNotFound,
    PayloadTooLarge,
    SharedContext,
    StoreError,
)

#: More bytes are not taken from a client.
MOST_BYTES = 16 * 1024 * 1024
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (KeyExpired, 410), (KeyEvicted, 410), (KeyNotFound, 404), (PayloadTooLarge, 413),
    (StoreError, 503), (HeadroomError, 422), (ValueError, 422),
)  # fmt: skip
_bearer = HTTPBearer()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One context for the whole process: the tenants share its store, threads and caches."""
    app.state.tenants = json.loads(os.environ["TENANTS"])
    async with SharedContext(
        store=os.environ["HEADROOM_STORE"],
        ttl=86_400,
        max_entries=10_000,
        max_payload_bytes=MOST_BYTES,
    ) as ctx:
        app.state.ctx = ctx
        yield


app = FastAPI(title="Payloads", lifespan=lifespan)


async def tenant(
    request: Request, given: Annotated[HTTPAuthorizationCredentials, Depends(_bearer)]
) -> SharedContext:
    """The context of whoever asks. No key, reference or query reaches from one into another."""
    for token, name in request.app.state.tenants.items():
        if hmac.compare_digest(token.encode(), given.credentials.encode()):
            return request.app.state.ctx.in_namespace(name)
    raise HTTPException(401, "no tenant has this token")


Tenant = Annotated[SharedContext, Depends(tenant)]


async def body(request: Request) -> str:
    """The text that a client sends, up to a bound."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise HTTPException(413, f"a payload has at most {MOST_BYTES} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise HTTPException(415, "a payload is text in UTF-8") from None


@app.exception_handler(HeadroomError)
@app.exception_handler(ValueError)
async def failed(_: Request, error: Exception) -> JSONResponse:
    """Our errors say what to do, and quote no payload."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return JSONResponse({"detail": str(error)}, status)


@app.put("/payloads/{key}")
async def put(
    key: str, ctx: Tenant, text: Annotated[str, Depends(body)], agent: str | None = None
) -> dict[str, Any]:
    """Stores a payload, and answers with its view."""
    entry = await ctx.aput(key, text, agent=agent)
    return {
        "view": entry.compressed,
        "tokens": entry.original_tokens,
        "view_tokens": entry.compressed_tokens,
        "left_out": [one.where for one in entry.omissions],
    }


@app.get("/payloads/{key}", response_class=PlainTextResponse)
async def get(
    key: str,
    ctx: Tenant,
    query: str | None = None,
    max_tokens: Annotated[int | None, Query(ge=1)] = None,
    full: bool = False,
) -> str:
    """A view for a question, or the original."""
    text = await ctx.aget(key, query=query, max_tokens=max_tokens, full=full)
    # None says that it is not there; this says why.
    return text if text is not None else (await ctx.arequire(key)).compressed


@app.get("/payloads/{key}/excerpt")
async def excerpt(
    key: str,
    ctx: Tenant,
    query: str | None = None,
    place: str | None = None,
    where: str | None = None,
    max_tokens: Annotated[int, Query(ge=1, le=4000)] = 800,
) -> dict[str, Any]:
    """What a view left out."""
    found = await ctx.aretrieve(key, query=query, place=place, where=where, max_tokens=max_tokens)
    return {"text": found.text, "where": found.where, "next": found.next}


@app.get("/payloads")
async def keys(ctx: Tenant) -> list[str]:
    """What the tenant has."""
    return await ctx.akeys()
