"""What a page is looked at for: nothing that keeps anybody out of it, and a picture for whoever changes it."""

from pathlib import Path

from tests.browser.conftest import SHOTS, SIZE

AXE = (Path(__file__).parent / "third_party/axe-core/axe.min.js").read_text(encoding="utf-8")


async def found_by_axe(page) -> list[str]:
    """What axe-core finds, a line each."""
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run()")
    return [
        f"{its['id']}: {each['target']} {each['html'][:120]}" for its in found["violations"] for each in its["nodes"]
    ]


async def looked_at(page, name: str) -> None:
    """In both themes axe finds nothing, and a screenshot of each is in out/board."""
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        found = await found_by_axe(page)
        assert found == [], "\n".join(found)
        await page.screenshot(path=SHOTS / f"{name}{'-dark' * (theme == 'dark')}.png")
    await page.emulate_media(color_scheme="light")


async def fits_narrow(page, width: int) -> None:
    """At this width nothing of the page is beyond its edge."""
    await page.set_viewport_size({"width": width, "height": 900})
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.set_viewport_size(SIZE)
