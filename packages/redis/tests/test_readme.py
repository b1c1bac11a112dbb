"""What the README and the page about Redis say, run against a server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from redis_cluster import Cluster
from redis_server import Server, StartServer

from headroom import Codec, Limits, SharedContext, StoreError, new_encryption_key
from headroom_redis import RedisStore
from headroom_redis.store import open_redis
from headroom_testing.store import write

README = (Path(__file__).parent.parent / "README.md").read_text()
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "redis.md"


@pytest.mark.parametrize("text", [README, PAGE.read_text()], ids=["README", "page"])
def test_the_examples_run(server: Server, tmp_path: Path, text: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    program = "\n".join(blocks).replace("redis://localhost:6379/0", server.url)
    program += "\nassert len(view) < len(original) / 2, view\nassert entry.savings_percent > 50\n"
    script = tmp_path / "example.py"
    script.write_text(program)
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)
    with SharedContext(store=server.url, namespace="trip 41") as ctx:
        assert ctx.keys() == ["flights"]


def permissions(name: str = "headroom") -> list[str]:
    """The command of the README that makes a user, for a name."""
    (command,) = re.findall(r"^    (ACL SETUSER .*?)\n\n", README, re.DOTALL | re.MULTILINE)
    words = command.split()
    words[2] = name
    return words


def use(store: RedisStore) -> None:
    """Does all that a store can."""
    for key in "abc":
        write(store, key, f"content {key}", view="view", ttl=60, limits=Limits(max_entries=2))
    reference = store.headers("space")[0].reference
    assert store.lease("space", "run", [reference], seconds=60) is False
    write(store, "b", "other", ttl=None)
    assert store.find("space", reference) is not None
    store.release("space", "run")
    store.watch("space", "key", lambda: None)()
    assert store.usage("space").entries == 2
    assert store.delete("space", "b")
    assert store.clear("space") == 1


def test_the_permissions_are_enough(server: Server) -> None:
    with server.client() as client:
        client.execute_command(*permissions())
    url = f"{server.url}&username=headroom&password=password"
    store = RedisStore(url, codec=Codec(keys=[new_encryption_key()]))
    use(store)
    assert store.rotate("space") == 0
    store.close()
    plain = RedisStore(url, prefix="headroom:plain")
    use(plain)
    plain.close()
    # All of it was allowed: the server notes what is not.
    with server.client() as client:
        assert [one for one in client.acl_log() if one["username"] == "headroom"] == []


# What nobody but a watcher needs, or what redis-py says of its own accord.
OPTIONAL = {"&{headroom:*", "&headroom:*", "+publish", "+subscribe", "+unsubscribe", "+ping",
            "+client|setinfo"}  # fmt: skip
NEEDED = [
    word for word in permissions() if word.startswith(("+", "~", "&")) and word not in OPTIONAL
]


@pytest.mark.parametrize("missing", NEEDED)
def test_each_permission_is_needed_and_its_want_is_said(server: Server, missing: str) -> None:
    name = f"without {missing}".replace(" ", "_")
    with server.client() as client:
        client.execute_command(*(word for word in permissions(name) if word != missing))
        # A script that the server knows needs no EVAL.
        client.script_flush()
    store = RedisStore(f"{server.url}&username={quote(name)}&password=password")
    with pytest.raises(StoreError, match="does not let this user do what the store needs"):
        use(store)
    store.close()


@pytest.mark.parametrize("missing", sorted(OPTIONAL))
def test_who_may_not_be_told_of_writes_does_without(server: Server, missing: str) -> None:
    name = f"without_{missing}"
    with server.client() as client:
        client.execute_command(*(word for word in permissions(name) if word != missing))
    store = RedisStore(f"{server.url}&username={quote(name)}&password=password")
    use(store)
    store.close()


def test_the_permissions_for_a_cluster_are_enough(start_server: StartServer) -> None:
    (more,) = re.findall(r"^    (\+cluster.*)$", README, re.MULTILINE)
    cluster = Cluster(start_server)
    cluster.open()
    for node in cluster.masters:
        with node.client() as client:
            client.execute_command(*permissions(), *more.split())
            client.execute_command(*permissions("less"))
    url = cluster.url.replace("//", "//headroom:password@")
    store = open_redis(url)
    use(store)
    slot, source = cluster.slot_of("space"), cluster.holder_of("space")
    target = next(node for node in cluster.masters if node is not source)
    cluster.begin_move(slot, source, target)
    cluster.end_move(slot, target)
    use(store)
    store.close()
    less = open_redis(url.replace("headroom:", "less:"))
    with pytest.raises(StoreError, match="does not let this user ask for CLUSTER SLOTS"):
        less.next_version("space")
    less.close()
    for node in cluster.masters:
        with node.client() as client:
            assert [one for one in client.acl_log() if one["username"] == "headroom"] == []
