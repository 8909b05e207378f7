"""The pages as they come before any of their data: a frame that its module fills."""

from html import escape
from string import Template

PAGES = {"now": ("Now", "/"), "calls": ("Calls", "/calls")}
"""Name, title and address of what the header leads to."""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>$title · Interlock</title>
<link rel="icon" href="/static/icon.svg">
<link rel="stylesheet" href="/static/board.css">
$script
<script nomodule src="/static/without_modules.js"></script>
</head>
<body data-page="$page">
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><b>Interlock</b><nav aria-label="Pages">$links</nav><div class="right" id="standing"></div></header>
<main id="main"><p class="soft" id="waits">$says</p></main>
</body>
</html>
""")
_SCRIPT = '<script type="module" src="/static/{page}.js"></script>'
NEEDS_SCRIPT = "This page needs scripts. On a terminal, interlock audit shows the same calls."


def page(name: str, title: str = "") -> str:
    """A page of `PAGES`, or one below it with a title of its own."""
    below = f"<noscript>{NEEDS_SCRIPT}</noscript>"
    of = "calls" if name == "call" else name
    script = _SCRIPT.format(page=name)
    return _filled(name, title or PAGES[of][0], _links(of), script, below)


def plain(title: str, says: str) -> str:
    """A page that only says something."""
    return _filled("", title, "", "", escape(says))


def _filled(name: str, title: str, links: str, script: str, says: str) -> str:
    return _PAGE.substitute(page=name, title=escape(title), links=links, script=script, says=says)


def _links(of: str) -> str:
    here = {True: ' aria-current="page"', False: ""}
    return "".join(f'<a href="{at}"{here[name == of]}>{title}</a>' for name, (title, at) in PAGES.items())
