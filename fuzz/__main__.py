"""``python -m fuzz TARGET SECONDS``: looks for inputs that break a target.

Atheris (https://github.com/google/atheris) drives it by what of the code an input reaches. Inputs
that reach something new are kept in a folder that is printed; one that breaks the target is
written to ``fuzz/corpus/TARGET``, which ``tests/fuzz/test_corpus.py`` goes through from then on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

from fuzz.servers import running_redis

CORPUS = Path(__file__).parent / "corpus"
# What fuzzes ends its process, and a server must not stay behind.
_IN_CHILD = "HEADROOM_FUZZ_CHILD"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("seconds", type=int, nargs="?", default=600)
    asked = parser.parse_args()
    with atheris.instrument_imports(include=["headroom", "headroom_redis"]):
        from fuzz.targets import SEEDS, TARGETS
    if asked.target not in TARGETS:
        parser.error(f"target must be one of {', '.join(TARGETS)}, not {asked.target!r}")
    kept = CORPUS / asked.target
    kept.mkdir(parents=True, exist_ok=True)
    found = Path(tempfile.mkdtemp(prefix=f"fuzz-{asked.target}-"))
    for number, seed in enumerate(SEEDS[asked.target]):
        (found / f"seed-{number}").write_bytes(seed)
    print(f"inputs that reach something new: {found}", flush=True)
    options = ["-timeout=20", "-max_len=6000", "-rss_limit_mb=4096", f"-artifact_prefix={kept}/"]
    options += [f"-max_total_time={asked.seconds}", "-print_final_stats=1", "-use_value_profile=1"]
    arguments = [sys.argv[0], *options, str(found), str(kept)]
    atheris.Setup(arguments, TARGETS[asked.target], enable_python_coverage=True)
    # It never returns.
    atheris.Fuzz()


if __name__ == "__main__":
    if _IN_CHILD not in os.environ:
        with running_redis() as environment:
            command = [sys.executable, "-m", "fuzz", *sys.argv[1:]]
            own = {**os.environ, **environment, _IN_CHILD: "yes"}
            sys.exit(subprocess.run(command, env=own, check=False).returncode)
    main()
