"""What is installed here, what each says its licence is, and what brought it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

UNKNOWN = "unknown"
ENGINE = "interlock"
WORDS: Mapping[str, str] = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "mit license": "MIT",
    "bsd": "LicenseRef-BSD",
    "bsd license": "LicenseRef-BSD",
    "3-clause bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "python software foundation license": "PSF-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
"""What packages write that is no SPDX expression. LicenseRef-BSD is one of the BSD licences, they do not say which."""
LONGEST = 200
"""Letters; what is longer is the text of a licence, not its name."""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package: its licence as an SPDX expression, and what it needs, by name, with which extras."""

    name: str
    version: str
    licence: str
    needs: tuple[Requirement, ...] = field(default=(), compare=False)


def installed(named: Mapping[str, str], found: Iterable[Distribution] | None = None) -> dict[str, Package]:
    """Every package there is, by name; `named` gives the licence of those whose metadata do not."""
    packages = {}
    for its in distributions() if found is None else found:
        name = canonicalize_name(its.metadata["Name"] or "")
        if name and name not in packages:  # the first on the path is the one that is imported
            licence = named.get(name) or licence_of(its)
            packages[name] = Package(name, its.version, licence, tuple(_needs(its)))
    return dict(sorted(packages.items()))


def licence_of(its: Distribution) -> str:
    """What its metadata say, as an SPDX expression; "unknown" where they do not."""
    about = its.metadata
    told = [text for key in ("License-Expression", "License") for text in about.get_all(key) or ()]
    parts = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License :: OSI")
    ]
    for text in (*told, " AND ".join(filter(None, map(_expression, parts)))):
        if text and (expression := _expression(text)):
            return expression
    return UNKNOWN


def brought_by(packages: Mapping[str, Package], root: str, extras: Collection[str]) -> set[str]:
    """The packages that `root` needs, with those extras of its and without any other: names, of those installed."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(str(canonicalize_name(root)), frozenset(extras))]
    while waiting:
        each = waiting.pop()
        if each in seen or each[0] not in packages:
            continue
        seen.add(each)
        for need in packages[each[0]].needs:
            if _asked_for(need, each[1]):
                waiting.append((str(canonicalize_name(need.name)), frozenset(need.extras)))
    return {name for name, _ in seen}


def extras_of(packages: Mapping[str, Package], root: str) -> set[str]:
    """The optional parts that a package names in what it requires; empty where it is not installed."""
    needs = packages[root].needs if root in packages else ()
    return {
        extra for need in needs for extra in re.findall(r"""extra\s*==\s*["']([\w.-]+)["']""", str(need.marker or ""))
    }


def _asked_for(need: Requirement, extras: Collection[str]) -> bool:
    if need.marker is None:
        return True
    return any(need.marker.evaluate({"extra": extra}) for extra in (*extras, ""))


def _needs(its: Distribution) -> Iterator[Requirement]:
    for line in its.requires or ():
        try:
            yield Requirement(line)
        except InvalidRequirement:
            continue


def _expression(text: str) -> str | None:
    text = " ".join(text.split())
    text = WORDS.get(text.lower(), text)
    try:
        return canonicalize_license_expression(text) if len(text) <= LONGEST else None
    except InvalidLicenseExpression:
        return None
