"""What the stand-ins' tests share: the HTTP session the plugins borrow."""

from collections.abc import AsyncIterator

import aiohttp
import pytest


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """
    Ours to close: a plugin that opens its own leaves it open outside a job.
    """
    async with aiohttp.ClientSession() as session:
        yield session
