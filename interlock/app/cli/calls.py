"""The command `interlock calls`: which calls fit, out of however many there are."""

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.app.cli.as_json import print_json

if TYPE_CHECKING:
    from interlock.app.board.index import CallInList, KeptIndex
    from interlock.app.board.index.filters import Edge

Many = list[str] | None


def _time(text: str) -> datetime:
    """An age, or a time."""
    from interlock.app.board.index.words import time_of
    from interlock.app.store.errors import StoreError
    from interlock.app.store.pruning import age_of

    try:
        return datetime.now(UTC) - age_of(text)
    except StoreError:
        pass
    try:
        return time_of(text)
    except (ValueError, OverflowError):
        expected = "an age such as 24h, 7d or 6w, or a day or time such as 2026-03-02 or 2026-03-02T09:30Z (UTC)"
        raise typer.BadParameter(f'"{text}" is no time, expected {expected}') from None


def _edges(texts: Many) -> "tuple[Edge, ...]":
    from interlock.app.board.index.words import edge_of

    try:
        return tuple(edge_of(text) for text in texts or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def calls(
    flow: Annotated[str | None, typer.Option(metavar="FLOW", help="Of this flow.")] = None,
    version: Annotated[int | None, typer.Option(help="Begun on this version of the flow's machine.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="AGE|TIME", help="Begun since: 24h, 7d, 2026-03-02, 2026-03-02T09:30Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="AGE|TIME", help="Begun before that.")] = None,
    under_way: Annotated[bool, typer.Option("--under-way", help="That have not ended.")] = False,
    ended: Annotated[
        str | None, typer.Option(metavar="REASON", help="That ended so: caller_left, agent_closed, ...")
    ] = None,
    place: Annotated[str | None, typer.Option(metavar="PLACE", help="That stood there last.")] = None,
    through: Annotated[
        Many, typer.Option(metavar="PLACE:EVENT[:PLACE]", help="That went this way, such as triage:route_to_billing.")
    ] = None,
    asked: Annotated[Many, typer.Option(metavar="EVENT", help="In which somebody asked for this event.")] = None,
    refused_by: Annotated[Many, typer.Option(metavar="GUARD", help="In which this guard refused something.")] = None,
    reason: Annotated[
        Many, typer.Option(metavar="KIND", help="With such a refusal: guard_false, not_from_here, stale, ...")
    ] = None,
    person: Annotated[
        bool | None, typer.Option("--person/--no-person", help="In which a person was asked for, or was not.")
    ] = None,
    trouble: Annotated[
        str | None,
        typer.Option(
            metavar="any|KIND",
            help="With trouble: turn.failed, provider.failed, handoff.stalled, caller.lost, call.resumed; or any.",
        ),
    ] = None,
    slower: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="In which an answer took longer than that.")
    ] = None,
    erased: Annotated[
        bool | None, typer.Option("--erased/--not-erased", help="Whose personal data was erased, or was not.")
    ] = None,
    call: Annotated[str | None, typer.Option(metavar="ID", help="Whose id begins so.")] = None,
    before: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="Older than this: the number a page ends with.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    only_count: Annotated[bool, typer.Option("--count", help="Say only how many there are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")] = False,
) -> None:
    """The calls that fit, newest first, out of however many there are. All filters hold at once.

    --through, --asked, --refused-by and --reason may be given several times: a
    call fits that has each of them. Names are those of `interlock audit show`
    and of the drawings; times are UTC.

    The first time, an index of the record is built in the cache folder
    (XDG_CACHE_HOME); after that, only what is new is read. It holds nothing
    personal and may be deleted at any time. Ctrl-C stops it: the next time it
    goes on from there.

    Examples: interlock calls --flow support --since 24h --refused-by caller_verified;
    interlock calls --through triage:route_to_billing --trouble any --json
    """
    from interlock.app.board.index.filters import TROUBLE, Filters
    from interlock.app.cli.listing import print_page

    if trouble is not None and trouble not in ("any", *TROUBLE):
        raise typer.BadParameter(f'"{trouble}" is no trouble, expected any, {", ".join(TROUBLE)}')
    if under_way and ended is not None:
        raise typer.BadParameter("both --under-way and --ended: nothing can be both")
    filters = Filters(
        flow=flow,
        version=version,
        since=_time(since) if since is not None else None,
        until=_time(until) if until is not None else None,
        ended="" if under_way else ended,
        place=place,
        went=_edges(through),
        asked=tuple(asked or ()),
        refused_by=tuple(refused_by or ()),
        reasons=tuple(reason or ()),
        person=person,
        trouble=trouble,
        slower_s=slower,
        erased=erased,
        call=call,
    )
    with closing(_index()) as index:
        count, page = index.count(filters), [] if only_count else index.calls(filters, before, limit + 1)
        found, more = page[:limit], len(page) > limit
        if as_json:
            print_json(_as_json(index, count, found, more=more))
        elif only_count:
            print(count)
        else:
            print_page(index, filters, count, found, more=more)


def _index() -> "KeptIndex":
    from interlock.app.board.index import open_index
    from interlock.app.cli.listing import build
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    index = open_index(settings.store)
    try:
        build(index)
    except BaseException:
        index.close()
        raise
    return index


def _as_json(index: "KeptIndex", count: int, found: "list[CallInList]", *, more: bool) -> dict[str, Any]:
    older = str(found[-1].n) if more else None
    return {"count": count, "of": index.state().calls, "calls": [its.to_json() for its in found], "older": older}
