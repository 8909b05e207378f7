"""Rules that a business database keeps by itself, whoever writes it: triggers, and the views they read."""

from collections.abc import Mapping

from sqlalchemy import DDL, MetaData, event


def keep_rules(metadata: MetaData, rules: Mapping[str, str], views: Mapping[str, str] | None = None) -> None:
    """Have these triggers and views, by name, in every database of `metadata`.

    They are made anew whenever one is opened, so that a file of before has today's.
    """
    for what, made in (("VIEW", views or {}), ("TRIGGER", rules)):
        for name, rule in made.items():
            for ddl in (f"DROP {what} IF EXISTS {name}", f"CREATE {what} {name} {rule}"):
                doubled = ddl.replace("%", "%%")  # DDL formats what it is given
                event.listen(metadata, "after_create", DDL(doubled))  # type: ignore[no-untyped-call]
