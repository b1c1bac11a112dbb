from __future__ import annotations

import asyncio
import contextlib
import logging
import select
import socket
import ssl
import threading
import time

import pytest
from redis_server import Server, StartServer, free_port

from headroom import IntegrityError, Limits, Missing, SharedContext, StoreError
from headroom_redis import RedisStore
from headroom_testing.store import make, original, put, write

ROWS = [{"id": n, "name": f"item {n}", "status": "ok"} for n in range(300)]


class Cutting:
    """Stands between clients and a server, and cuts connections where an answer was due."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None = None) -> None:
        self._target = str(server.path)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        #: So many answers of scripts are still to be lost.
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as ends:
            ends.callback(lambda: client.close())
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            server = ends.enter_context(socket.socket(socket.AF_UNIX))
            server.connect(self._target)
            request = b""
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    part = client.recv(1 << 20)
                    if not part:
                        return
                    request += part
                    server.sendall(part)
                if server in ready:
                    answer = server.recv(1 << 20)
                    if self.lost and b"EVAL" in request:
                        self.lost -= 1
                        return
                    request = b""
                    client.sendall(answer)


@pytest.fixture
def cutting(server: Server) -> Cutting:
    return Cutting(server)


def test_what_is_tried_again_is_not_done_twice(cutting: Cutting) -> None:
    store = RedisStore(cutting.url)
    write(store, "warm", "1")
    store.usage("space")
    for turn in range(2):
        cutting.lost = turn + 1
        record = make("key", f"content {turn}", store.next_version("space"))
        live = store.get("space", "key")
        expected = 0 if isinstance(live, Missing) else live.header.version
        cutting.lost = turn + 1
        # Written although no answer came, and said so: not "there is another version".
        assert store.put("space", record, ttl=60, limits=Limits(), expected=expected)
        assert cutting.lost == 0
        assert store.usage("space").entries == 2
    cutting.lost = 1
    assert store.delete("space", "key")
    assert not store.delete("space", "key")
    cutting.lost = 1
    assert store.clear("space") == 1
    assert store.clear("space") == 0
    store.close()
    cutting.close()


async def test_what_is_tried_again_is_not_done_twice_async(cutting: Cutting) -> None:
    store = RedisStore(cutting.url)
    awaited = store.asynchronous()
    record = make("key", "content", await awaited.next_version("space"))
    cutting.lost = 2
    assert await awaited.put("space", record, ttl=60, limits=Limits(), expected=0)
    assert cutting.lost == 0
    cutting.lost = 1
    assert await awaited.delete("space", "key")
    await awaited.aclose()
    store.close()
    cutting.close()


def test_a_server_that_was_restarted_is_found_again(start_server: StartServer) -> None:
    server = start_server()
    store = RedisStore(server.url)
    version = store.next_version("space")
    write(store, "key", "content")
    server.stop()
    with pytest.raises(StoreError, match="cannot be reached; see whether it runs"):
        store.get("space", "key")
    server.start()
    # It kept nothing, which who put it is told, and is no error; versions grow all the same.
    assert store.get("space", "key").reason == "evicted"
    assert store.get("space", "never there") == Missing("absent")
    assert store.next_version("space") > version
    write(store, "key", "again")
    assert original(store, "key") == "again"
    store.close()


def test_an_outage_in_the_middle_of_a_run(
    start_server: StartServer, caplog: pytest.LogCaptureFixture
) -> None:
    server = start_server()
    store = RedisStore(server.url, retries=0, timeout=0.3)
    ctx = SharedContext(store=store, on_error="passthrough")
    strict = SharedContext(store=store, on_error="raise")
    errors: list[BaseException] = []
    end = threading.Event()
    turns = 0

    def work(number: int) -> None:
        nonlocal turns
        mine: set[str] = set()
        while not end.is_set():
            data = [*ROWS, {"id": number, "name": str(turns), "status": "new"}]
            try:
                entry = ctx.put(f"key {number}", data)
                found = ctx.get(f"key {number}", full=True)
                mine.add(entry.original)
                # Either it cannot be had, or it is right. After a put that failed it may be an
                # older one, or this one all the same.
                assert found is None or found in ({entry.original}, mine)[bool(entry.failure)]
            except BaseException as error:
                errors.append(error)
                return
            turns += 1

    with caplog.at_level(logging.ERROR):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        server.stop()
        time.sleep(0.3)
        with pytest.raises(StoreError, match="cannot be reached"):
            strict.put("key", ROWS)
        passed = ctx.put("key", ROWS)
        assert passed.compressed == passed.original
        assert passed.failure
        server.start()
        time.sleep(0.3)
        server.pause()
        with pytest.raises(StoreError, match="did not answer in time"):
            strict.get("key 0")
        server.go_on()
        time.sleep(0.3)
        end.set()
        for thread in threads:
            thread.join()
    assert not errors
    assert turns > 10
    entry = strict.put("key", ROWS)
    assert strict.get("key") == entry.compressed != entry.original
    assert ctx.stats().store_errors > 0
    store.close()


async def test_an_outage_with_await(start_server: StartServer) -> None:
    server = start_server()
    store = RedisStore(server.url, retries=1, timeout=0.3)
    awaited = store.asynchronous()
    await awaited.next_version("space")
    server.pause()
    began = time.monotonic()
    results = await asyncio.gather(
        *(awaited.usage("space") for _ in range(50)), return_exceptions=True
    )
    assert all(isinstance(result, StoreError) for result in results)
    assert time.monotonic() - began < 5
    server.go_on()
    assert (await awaited.usage("space")).entries == 0
    server.stop()
    with pytest.raises(StoreError, match="cannot be reached"):
        await awaited.usage("space")
    server.start()
    assert (await awaited.usage("space")).entries == 0
    await awaited.aclose()
    store.close()


def test_scripts_that_the_server_forgot_are_sent_again(server: Server) -> None:
    store = RedisStore(server.url)
    write(store, "key", "content")
    with server.client() as client:
        client.script_flush()
    assert original(store, "key") == "content"
    write(store, "key", "other")
    store.close()


# Refusals


def test_a_wrong_password(start_server: StartServer) -> None:
    server = start_server("--requirepass", "right", tcp=True, password="right")
    for user in ("", ":wrong@", "nobody:wrong@"):
        store = RedisStore(f"redis://{user}127.0.0.1:{server.port}/0")
        began = time.monotonic()
        with pytest.raises(StoreError, match="refuses the user or the password") as caught:
            store.next_version("space")
        assert "wrong" not in str(caught.value)
        # To try that again would be no use.
        assert time.monotonic() - began < 0.5
        with pytest.raises(StoreError, match="refuses the user or the password"):
            asyncio.run(_usage(store))
        store.close()
    store = RedisStore(f"redis://:right@127.0.0.1:{server.port}/0")
    write(store, "key", "content")
    store.close()


async def _usage(store: RedisStore) -> None:
    await store.asynchronous().usage("space")


def test_nobody_is_there() -> None:
    port = free_port()
    store = RedisStore(f"redis://user:secret@127.0.0.1:{port}/0", retries=1)
    with pytest.raises(StoreError, match=f"Redis at 127.0.0.1:{port} cannot be reached") as caught:
        store.next_version("space")
    assert "secret" not in str(caught.value)
    store.close()


def test_a_replica_takes_no_writes(server: Server) -> None:
    store = RedisStore(server.url)
    write(store, "key", "content")
    with server.client() as client:
        client.replicaof("127.0.0.1", str(free_port()))
        try:
            with pytest.raises(StoreError, match="is a replica that takes no writes"):
                write(store, "key", "other")
            assert original(store, "key") == "content"
        finally:
            client.replicaof("NO", "ONE")
    store.close()


def test_a_server_without_memory(server: Server) -> None:
    store = RedisStore(server.url)
    for key in "abc":
        write(store, key, f"content of {key}", ttl=60)
    with server.client() as client:
        client.config_set("maxmemory", "100kb")
        try:
            for _ in range(2):
                record = make("d", "content", int(time.time() * 1e6), "view")
                with pytest.raises(StoreError, match="has no memory left"):
                    put(store, record)
            # Nothing is half done, what is there can be read, and room can be made.
            assert original(store, "a") == "content of a"
            assert len(store.headers("space")) == store.usage("space").entries == 3
            assert store.delete("space", "a")
            assert store.clear("space") == 2
        finally:
            client.config_set("maxmemory", "0")
    write(store, "d", "content")
    assert original(store, "d") == "content"
    store.close()


def test_a_user_without_permissions(server: Server) -> None:
    with server.client() as client:
        client.acl_setuser(
            "few", enabled=True, passwords=["+pw"], commands=["+@all", "-eval", "-evalsha"],
            keys=["*"],
        )  # fmt: skip
        # What the README says is enough; without channels, nobody is told of writes.
        client.acl_setuser(
            "enough", enabled=True, passwords=["+pw"], keys=["{headroom:*"],
            commands=[
                "-@all", "+eval", "+evalsha", "+time", "+exists", "+del", "+unlink", "+persist",
                "+pexpire", "+@hash", "+@sortedset", "+publish",
            ],
        )  # fmt: skip
    base = f"{server.url}&password=pw&username="
    few, enough = RedisStore(base + "few"), RedisStore(base + "enough")
    with pytest.raises(StoreError, match="does not let this user"):
        few.next_version("space")
    for key in "abc":
        write(enough, key, key, ttl=60, limits=Limits(max_entries=2))
    enough.delete("space", "a")
    assert enough.usage("space").entries == 2
    assert original(enough, "c") == "c"
    assert enough.clear("space") == 2
    few.close()
    enough.close()


def test_what_was_changed_is_an_error_also_where_failures_pass(server: Server) -> None:
    ctx = SharedContext(store=server.url, on_error="passthrough")
    ctx.put("key", ROWS)
    with server.client() as client:
        client.hset("{headroom:default}:data", "vkey", b"\0other")
        with pytest.raises(IntegrityError):
            ctx.get("key")
    ctx.close()


def test_tls(server: Server, certificate: tuple[str, str]) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    front = Cutting(server, tls)
    url = front.url.replace("redis://", "rediss://")
    store = RedisStore(f"{url}?ssl_ca_certs={certificate[0]}")
    write(store, "key", "content")
    assert original(store, "key") == "content"
    asyncio.run(_usage(store))
    store.close()
    for wrong in (url, url.replace("rediss", "redis")):
        store = RedisStore(wrong, retries=0, timeout=1)
        with pytest.raises(StoreError, match=r"TLS|cannot be reached"):
            store.next_version("space")
        store.close()
    front.close()
