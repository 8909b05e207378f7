"""The tables of an appointment calendar, and what can never be in them.

A slot is only the grid: the local day and minute of a moment. Whether it can be held, the opening hours and holidays of
that time decide (`open_slots`). A slot is booked only while the same caller holds it, and in one appointment at most.
Moves and cancellations are rows of their own, each key once; the appointment follows by trigger. What callers without a
number have of a day is counted as it stands, whether booked, moved there or held; what is given up is free again. No
statement reads a clock: every moment is a value that was given.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

from app.business.rules import keep_rules
from interlock.app import callbacks_table

SLOT_MINUTES = 30

metadata = MetaData()
customers = Table(
    "customers",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("postcode", Text, nullable=False),
)
opening_hours = Table(
    "opening_hours",
    metadata,
    Column("weekday", Integer, CheckConstraint("weekday BETWEEN 0 AND 6"), primary_key=True),
    Column("opens", Integer, CheckConstraint("opens >= 0"), primary_key=True),
    Column("closes", Integer, CheckConstraint("closes > opens AND closes <= 1440"), nullable=False),
)
holidays = Table("holidays", metadata, Column("day", Text, primary_key=True))
slots = Table(
    "slots",
    metadata,
    Column("starts", Text, primary_key=True),
    Column("day", Text, nullable=False, index=True),
    Column("weekday", Integer, nullable=False),
    Column("minute", Integer, CheckConstraint(f"minute % {SLOT_MINUTES} = 0"), nullable=False),
)
holds = Table(
    "holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("holder", Text, nullable=False),
    Column("starts", ForeignKey("slots.starts"), nullable=False),
    Column("placed", Text, CheckConstraint("placed < starts"), nullable=False),
    Column("until", Text, CheckConstraint("until > placed"), nullable=False),
    Column("over", Integer, nullable=False, server_default="0"),
    Index("one_hold_a_slot", "starts", unique=True, sqlite_where=text("over = 0")),
    Index("one_hold_a_caller", "holder", unique=True, sqlite_where=text("over = 0")),
)
appointments = Table(
    "appointments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("code", Text, CheckConstraint("length(code) = 6"), nullable=False, unique=True),
    Column("starts", ForeignKey("slots.starts"), nullable=False),
    Column("holder", Text, nullable=False),
    Column("name", Text, CheckConstraint("name <> ''"), nullable=False),
    Column("phone", Text, CheckConstraint("phone <> ''"), nullable=False),
    Column("account_id", ForeignKey("customers.account_id")),
    Column("booked", Text, nullable=False),
    Column("cancelled", Integer, nullable=False, server_default="0"),
    Index("one_appointment_a_slot", "starts", unique=True, sqlite_where=text("cancelled = 0")),
)
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("code", ForeignKey("appointments.code"), nullable=False),
    Column("holder", Text),
    Column("starts", ForeignKey("slots.starts")),
    Column("at", Text, nullable=False),
    CheckConstraint("(starts IS NULL) = (holder IS NULL)", name="moved_by_its_holder_or_cancelled"),
)
hidden_callers = Table(
    "hidden_callers",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("share", Integer, CheckConstraint("share >= 0"), nullable=False),
)
callbacks = callbacks_table(metadata)

_LIVE_HOLD = "SELECT 1 FROM holds WHERE holds.starts = NEW.starts AND holds.holder = NEW.holder AND over = 0"


def of_hidden(day: str, now: str, but: str) -> str:
    """SQL: how many slots of a day callers without a number have, what the holder `but` holds left out."""
    theirs = "holder IN (SELECT holder FROM hidden_callers)"
    of_day = f"starts IN (SELECT starts FROM slots WHERE day = {day})"
    return f"""(SELECT COUNT(*) FROM appointments WHERE cancelled = 0 AND {of_day} AND {theirs})
+ (SELECT COUNT(*) FROM holds WHERE over = 0 AND until > {now} AND holder <> {but} AND {of_day} AND {theirs})"""


_DAY = "(SELECT day FROM slots WHERE starts = NEW.starts)"
# What has a key that is there already meets no rule but that one, so that the seed can be laid over what is there.
RULES = {
    "hold_what_is_open": """BEFORE INSERT ON holds
WHEN NEW.key NOT IN (SELECT key FROM holds) AND NEW.starts NOT IN (SELECT starts FROM open_slots)
BEGIN SELECT RAISE(ABORT, 'closed'); END""",
    "hold_what_is_free": """BEFORE INSERT ON holds
WHEN NEW.key NOT IN (SELECT key FROM holds) AND NEW.starts IN (SELECT starts FROM appointments WHERE cancelled = 0)
BEGIN SELECT RAISE(ABORT, 'taken'); END""",
    "hold_within_the_share": f"""BEFORE INSERT ON holds
WHEN NEW.key NOT IN (SELECT key FROM holds) AND NEW.holder IN (SELECT holder FROM hidden_callers)
AND {of_hidden(_DAY, "NEW.placed", "NEW.holder")} >= (SELECT share FROM hidden_callers WHERE holder = NEW.holder)
BEGIN SELECT RAISE(ABORT, 'share'); END""",
    "book_what_is_held": f"""BEFORE INSERT ON appointments
WHEN NEW.key NOT IN (SELECT key FROM appointments) AND NOT EXISTS ({_LIVE_HOLD} AND until > NEW.booked)
BEGIN SELECT RAISE(ABORT, 'not held'); END""",
    "booked_is_not_held": """AFTER INSERT ON appointments
BEGIN UPDATE holds SET over = 1 WHERE starts = NEW.starts AND holder = NEW.holder; END""",
    "change_what_stands": """BEFORE INSERT ON changes
WHEN NOT EXISTS (SELECT 1 FROM appointments WHERE code = NEW.code AND cancelled = 0 AND starts > NEW.at)
BEGIN SELECT RAISE(ABORT, 'no such appointment'); END""",
    "move_to_what_is_held": f"""BEFORE INSERT ON changes
WHEN NEW.starts IS NOT NULL AND NOT EXISTS ({_LIVE_HOLD} AND until > NEW.at)
BEGIN SELECT RAISE(ABORT, 'not held'); END""",
    "changed": """AFTER INSERT ON changes BEGIN
UPDATE appointments SET starts = COALESCE(NEW.starts, starts), holder = COALESCE(NEW.holder, holder),
    cancelled = NEW.starts IS NULL WHERE code = NEW.code;
UPDATE holds SET over = 1 WHERE starts = NEW.starts AND holder = NEW.holder; END""",
    "never_moved_unheld": f"""BEFORE UPDATE OF starts ON appointments
WHEN NEW.starts <> OLD.starts AND NOT EXISTS ({_LIVE_HOLD}) BEGIN SELECT RAISE(ABORT, 'not held'); END""",
    "cancelled_is_final": """BEFORE UPDATE ON appointments
WHEN OLD.cancelled = 1 BEGIN SELECT RAISE(ABORT, 'no such appointment'); END""",
    "a_change_is_final": """BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'a change is final'); END""",
}
"""By name."""
VIEWS = {
    "open_slots": f"""AS SELECT starts, day FROM slots WHERE day NOT IN (SELECT day FROM holidays)
AND EXISTS (SELECT 1 FROM opening_hours AS o WHERE o.weekday = slots.weekday
    AND o.opens <= slots.minute AND slots.minute + {SLOT_MINUTES} <= o.closes)""",
}
keep_rules(metadata, RULES, VIEWS)
