"""The quotas of a project's flows, and whether the limits that are set are limits of theirs."""

from collections.abc import Iterable, Mapping

from interlock.agents.flow import Flow
from interlock.app.settings import Settings, SettingsError
from interlock.guards.quotas import Quota


def quotas_in(flows: Iterable[Flow]) -> Mapping[str, tuple[Quota, ...]]:
    """Every quota of these flows, by name: several may count together, each by keys of its own."""
    found: dict[str, tuple[Quota, ...]] = {}
    for flow in flows:
        for quota in (*flow.quotas, *(each for its in flow.machine.quotas.values() for each in its)):
            if quota not in found.get(quota.name, ()):
                found[quota.name] = (*found.get(quota.name, ()), quota)
    return found


def require_quotas(settings: Settings, flows: Iterable[Flow]) -> None:
    """Check that what `INTERLOCK_QUOTAS` changes is there. Raises `SettingsError`, one line for each that is not."""
    known = quotas_in(flows)
    wrong = [_unknown(name, known) for name in settings.quotas if name not in known]
    for name in settings.quotas.keys() & known.keys():
        keys = {whose for quota in known[name] for whose in quota.limits}
        odd = sorted(set(settings.quotas[name]) - keys)
        wrong += [f"INTERLOCK_QUOTAS limits {name} by {its}, expected {_or(sorted(keys))}" for its in odd]
    if wrong:
        raise SettingsError("\n".join(wrong))


def _unknown(name: str, known: Mapping[str, object]) -> str:
    return f"INTERLOCK_QUOTAS names {name!r}, expected {_or(sorted(known))}"


def _or(names: list[str]) -> str:
    return f"one of: {', '.join(names)}"
