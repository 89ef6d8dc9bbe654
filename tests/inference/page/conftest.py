"""A headless Chromium with which any page error or remote request fails the test.

CI installs chromium and axe-core (see .ci/run). If they are missing, tests that need them are skipped, or fail in CI.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
AXE = Path(
    os.environ.get("INQUIT_AXE") or Path.home() / ".cache" / "inquit-tests" / "node_modules" / "axe-core" / "axe.min.js"
)
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

_TIMEOUT = 30_000  # milliseconds; a working page answers at once, but on a busy machine it may take long


def _missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI must run these tests: see .ci/run")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import expect, sync_playwright
    except ImportError:
        _missing("playwright is not installed: pip install '.[dev]'")
    if not Path(CHROMIUM).exists():
        _missing("chromium is not installed: apt-get install chromium")
    expect.set_options(timeout=_TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    if not AXE.exists():
        _missing(f"axe-core is not at {AXE}: npm install --prefix ~/.cache/inquit-tests axe-core, or set INQUIT_AXE")
    return AXE.read_text(encoding="utf-8")


class Watch:
    """Collects what goes wrong in pages; a test that provokes an error removes it from ``problems``."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def on(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._on_console)
        page.on("request", self._on_request)
        page.on("dialog", lambda dialog: (self.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(("file:", "blob:", "data:", "http://127.0.0.1:")):
            self.problems.append(f"remote request: {request.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert watch.problems == []


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A function that opens an address in a page with its own context; keyword arguments are options of the context."""
    contexts: list[BrowserContext] = []

    def open_page(address: str | Path, **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(_TIMEOUT)
        watch.on(page)
        page.goto(address.as_uri() if isinstance(address, Path) else address)
        page.wait_for_selector("#count:not(:empty)", state="attached")
        return page

    yield open_page
    for context in contexts:
        with suppress(Exception):  # a page that warns about unsaved work may not close at once
            context.close()
