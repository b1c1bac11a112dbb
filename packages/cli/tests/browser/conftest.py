"""A real browser: Chromium from ``HEADROOM_CHROMIUM``, or from where the system has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from headroom import SharedContext
from headroom_cli import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("HEADROOM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no browser: apt install chromium, or name one in HEADROOM_CHROMIUM"
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; what is shown is ours.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page, and what it complained of or tried."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Seen]]:
    contexts = []

    def show(ctx: SharedContext, *, payloads: bool = True, **options: Any) -> Seen:
        path = tmp_path / "report.html"
        write_report(ctx, path, payloads=payloads)
        context = browser.new_context(**options)
        contexts.append(context)
        seen = Seen(context.new_page())
        page, complaints, requests = seen.page, seen.complaints, seen.requests
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("#detail > *")
        return seen

    yield show
    for context in contexts:
        context.close()
