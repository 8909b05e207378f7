"""Which licences a project allows: `[tool.interlock.licences]` of its `pyproject.toml`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interlock.app.licences.installed import ENGINE, UNKNOWN, Package, brought_by, extras_of
from interlock.app.project_file import ProjectError

EXPECTED = '[tool.interlock.licences] with allow = ["MIT", ...], and only-with-extra and named, each a table of texts'


class Policy(BaseModel):
    """What is allowed: licences by their SPDX names; some of them only in what one extra of the engine brings.

    `named` gives the licence of packages whose metadata do not, by name.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    allow: list[str] = Field(min_length=1)
    only_with_extra: dict[str, str] = Field(default_factory=dict, alias="only-with-extra")
    named: dict[str, str] = Field(default_factory=dict)


def policy_of(file: Path) -> Policy | None:
    """What a project's `pyproject.toml` says, None where it says nothing. Raises `ProjectError`."""
    said = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("interlock", {}).get("licences")
    if said is None:
        return None
    try:
        policy = Policy.model_validate(said)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "licences"
        raise ProjectError(f"{file}: {where} of tool.interlock.licences cannot be read, expected {EXPECTED}") from None
    return policy.model_copy(update={"named": {canonicalize_name(name): its for name, its in policy.named.items()}})


def findings(packages: Mapping[str, Package], policy: Policy) -> Iterator[str]:
    """What is installed and not allowed, a sentence each."""
    for extra in sorted(set(policy.only_with_extra.values()) - extras_of(packages, ENGINE)):
        yield f"only-with-extra names the extra {extra}, which {ENGINE} has not"
    for its in packages.values():
        if its.licence == UNKNOWN:
            yield f"{its.name} {its.version} does not say its licence: look at its files, and add it to named"
        elif not is_allowed(its.licence, {*policy.allow, *_with_extra(its.name, packages, policy)}):
            yield f"{its.name} {its.version} is under {its.licence}, which is not allowed{_but(its, policy)}"


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be kept to by keeping to some of the licences `allowed`."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    return _either(tokens, allowed) and not tokens


def _with_extra(name: str, packages: Mapping[str, Package], policy: Policy) -> Iterator[str]:
    """The licences that this package may have because nothing but an extra brings it."""
    for licence, extra in policy.only_with_extra.items():
        others = brought_by(packages, ENGINE, extras_of(packages, ENGINE) - {extra})
        if name in brought_by(packages, ENGINE, {extra}) - others:
            yield licence


def _but(its: Package, policy: Policy) -> str:
    extras = [extra for licence, extra in policy.only_with_extra.items() if licence in its.licence]
    return f" but in what only the extra {extras[0]} brings" if extras else ""


def _either(tokens: list[str], allowed: set[str]) -> bool:
    found = _both(tokens, allowed)
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        found = _both(tokens, allowed) or found
    return found


def _both(tokens: list[str], allowed: set[str]) -> bool:
    found = _one(tokens, allowed)
    while tokens and tokens[0] == "AND":
        tokens.pop(0)
        found = _one(tokens, allowed) and found
    return found


def _one(tokens: list[str], allowed: set[str]) -> bool:
    if not tokens:
        return False
    name = tokens.pop(0)
    if name == "(":
        found = _either(tokens, allowed)
        return bool(tokens) and tokens.pop(0) == ")" and found
    if tokens[:1] == ["WITH"]:
        name = f"{name} WITH {tokens[1] if len(tokens) > 1 else ''}"
        del tokens[:2]
    return name in allowed
