"""What the README says, run against a server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from redis_server import Server

from headroom import Codec, SharedContext, new_encryption_key
from headroom_testing.store import write

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_example_runs(server: Server, tmp_path: Path) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    program = block.replace("redis://localhost:6379/0", server.url)
    program += "\nassert len(view) < len(original) / 2, view\n"
    script = tmp_path / "example.py"
    script.write_text(program)
    shown = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    assert float(shown) > 50
    with SharedContext(store=server.url, namespace="trip 41") as ctx:
        assert ctx.keys() == ["flights"]


def test_the_permissions_are_enough(server: Server) -> None:
    from headroom_redis import RedisStore

    (command,) = re.findall(r"^    (ACL SETUSER .*?)\n\n", README, re.DOTALL | re.MULTILINE)
    with server.client() as client:
        client.execute_command(*command.split())
    url = f"{server.url}&username=headroom&password=password"
    store = RedisStore(url, codec=Codec(keys=[new_encryption_key()]))
    write(store, "key", "content", view="view", ttl=60)
    store.watch("space", "key", lambda: None)()
    assert store.usage("space").entries == 1
    assert store.delete("space", "key")
    assert store.rotate("space") == 0
    store.close()
    # All of it was allowed: the server notes what is not.
    with server.client() as client:
        assert [one for one in client.acl_log() if one["username"] == "headroom"] == []
