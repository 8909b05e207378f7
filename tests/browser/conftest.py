"""The board in a real Chromium; where there is none, the tests are skipped, or fail with TEST_REQUIRE_CHROMIUM=1."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.board.conftest import journal, settings, stranger

__all__ = ["journal", "settings", "stranger"]

REQUIRED = "TEST_REQUIRE_CHROMIUM"
SHOTS = Path(__file__).parents[2] / "out/board"
SIZE = {"width": 1440, "height": 900}


@pytest.fixture(scope="session")
def chromium() -> str:
    """
    Where Chromium is.
    """
    try:
        import playwright.async_api  # noqa: F401
    except ImportError:
        _none("there is no playwright, expected it installed by `make test-browser`")
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        _none("there is no chromium on the PATH, expected one, or CHROMIUM=/where/it/is")
    return str(found)


@pytest.fixture
async def window(chromium, stranger) -> AsyncIterator:
    """
    A window that was let in. Afterwards it has said nothing on its console and asked nobody but the board.
    """
    from playwright.async_api import async_playwright

    async with async_playwright() as started:
        running = await started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await running.new_context(viewport=SIZE, base_url=stranger.base)
        page = await context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(stranger.link)
        page.said = said
        yield page
        await running.close()
    assert said == []
    assert [url for url in asked if not url.startswith(stranger.base)] == []


def _none(why: str) -> NoReturn:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and {why}")
    pytest.skip(why)
