"""The sdist of what is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

__all__ = ["unpacked"]


def unpacked(package: str, folder: Path, hidden: str | None) -> Path:
    """The sdist of the installed version of a package, downloaded and unpacked anew.

    Raises:
        subprocess.CalledProcessError: There is none, or nobody to ask.

    """
    wanted = f"{package}=={version(package)}"
    downloads, code = folder / "sdists" / package, folder / "code" / package
    shutil.rmtree(downloads, ignore_errors=True)
    shutil.rmtree(code, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", package, "--dest", str(downloads), wanted]
    subprocess.run(command, check=True)
    (archive,) = downloads.iterdir()
    with tarfile.open(archive) as opened:
        opened.extractall(code, filter="data")
    (root,) = code.iterdir()
    if hidden is not None:
        shutil.rmtree(root / hidden)
    return root
