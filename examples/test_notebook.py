"""The notebook runs, from its first cell to its last."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient


def test_the_notebook_runs_and_shows_what_it_says() -> None:
    notebook = nbformat.read(Path(__file__).parent / "notebook.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    shown = "".join(output.get("text", "") for output in outputs)
    assert "refund_failed" in shown
    assert "disk full" in shown
