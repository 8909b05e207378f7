"""Rules that a business database keeps by itself, whoever writes it: triggers."""

from collections.abc import Mapping

from sqlalchemy import DDL, MetaData, event


def keep_rules(metadata: MetaData, rules: Mapping[str, str]) -> None:
    """Have these triggers, by name, in every database of `metadata`.

    They are made anew whenever one is opened, so that a file of before has today's.
    """
    for name, rule in rules.items():
        for ddl in (f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} {rule}"):
            event.listen(metadata, "after_create", DDL(ddl))  # type: ignore[no-untyped-call]
