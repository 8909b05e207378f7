"""Which flow a call runs: what the dispatch says, else what the settings say."""

import json
import re
from typing import Any

from interlock.agents.flow import Flow
from interlock.app.project import UnknownFlow, flow_named

BEGINS = "interlock_call"
"""Where a dispatch's JSON names the one call that it begins."""
CALL = re.compile(r"call-[0-9a-f]{12}", re.ASCII)
"""How it is named, as `interlock.app.calls.session.new_call_id` does."""
EXAMPLE = '{"flow": "support"}'
EXPECTED = f"JSON such as {EXAMPLE}, or a flow's name, or nothing"
LONGEST = 1 << 20
"""Characters of metadata that are looked at: whoever dispatches may put other things beside the flow."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class DispatchError(UnknownFlow):
    """Metadata with which no call can begin; the text is one line and repeats nothing but a flow's name."""


def flow_of(metadata: str, default: str) -> Flow:
    """The flow that a dispatch's metadata names, else the flow `default`. Raises `DispatchError`.

    The metadata is JSON with the key `flow`, beside which there may be others, or a flow's bare name, or empty.
    """
    name = _named(metadata.strip())
    if name is None:
        return flow_named(default)
    if not NAME.fullmatch(name):
        raise DispatchError(
            f"the dispatch names a flow by {len(name)} characters that are no name, expected {EXPECTED}"
        )
    try:
        return flow_named(name)
    except UnknownFlow as error:
        raise DispatchError(f"the dispatch names a flow there is not: {error}") from None


def call_of(metadata: str) -> str | None:
    """The call that a dispatch's metadata begins, once; None where it names none. Raises `DispatchError`."""
    content = _json(metadata.strip())
    call = content.get(BEGINS)
    if call is None or (isinstance(call, str) and CALL.fullmatch(call)):
        return call
    raise DispatchError('the dispatch names a call as none is named, expected "call-" and 12 hexadecimal digits')


def with_call(metadata: str, call_id: str) -> str:
    """The metadata, naming this call where it names none; what no call could begin with stays as it is."""
    try:
        content = _json(metadata.strip())
    except DispatchError:
        return metadata
    if metadata.strip() and NAME.fullmatch(metadata.strip()):
        content["flow"] = metadata.strip()
    return json.dumps({BEGINS: call_id} | content)


def _named(metadata: str) -> str | None:
    if metadata and NAME.fullmatch(metadata):
        return metadata
    name = _json(metadata).get("flow")
    if name is not None and not isinstance(name, str):
        raise DispatchError(f"the dispatch's flow is a {type(name).__name__}, expected {EXPECTED}")
    return name


def _json(metadata: str) -> dict[str, Any]:
    """What is said in JSON; nothing, where the metadata is a bare name or empty."""
    if not metadata or NAME.fullmatch(metadata):
        return {}
    if len(metadata) > LONGEST:
        raise DispatchError(f"the dispatch's metadata has more than {LONGEST} characters, expected {EXPECTED}")
    try:
        content = json.loads(metadata)
    except (ValueError, RecursionError):
        raise DispatchError(f"the dispatch's metadata is no JSON, expected {EXPECTED}") from None
    if not isinstance(content, dict):
        raise DispatchError(f"the dispatch's metadata is a JSON {type(content).__name__}, expected {EXPECTED}")
    return content
