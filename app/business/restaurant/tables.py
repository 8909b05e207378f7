"""What a restaurant keeps, and what can never be: the tables count, add up and refuse, whoever writes to them.

Every change of an order raises its revision. A checkout stands for a link to pay by: it sets portions aside for as
long as the link is good, and while there is one the order cannot be changed. A settlement puts the order on the
kitchen's list in the same breath, so that nobody pays for what is not cooked, whatever becomes of the call.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from app.business.restaurant.rules import TRIGGERS, VIEWS
from app.business.rules import keep_rules
from interlock.app import callbacks_table

MOST_PORTIONS = 20

metadata = MetaData()
dishes = Table(
    "dishes",
    metadata,
    Column("dish", Text, primary_key=True),
    Column("course", Text, nullable=False),
    Column("portions", Integer, CheckConstraint("portions >= 0"), nullable=False),
)
prices = Table(
    "prices",
    metadata,
    Column("dish", ForeignKey("dishes.dish"), primary_key=True),
    Column("size", Text, primary_key=True),
    Column("cents", Integer, CheckConstraint("cents > 0"), nullable=False),
)
contains = Table(
    "contains",
    metadata,
    Column("dish", ForeignKey("dishes.dish"), primary_key=True),
    Column("allergen", Text, primary_key=True),
)
extras = Table(
    "extras",
    metadata,
    Column("dish", ForeignKey("dishes.dish"), primary_key=True),
    Column("extra", Text, primary_key=True),
    Column("cents", Integer, CheckConstraint("cents >= 0"), nullable=False),
    Column("brings", Text),
    Column("takes_out", Text),
)
orders = Table(
    "orders",
    metadata,
    Column("order_number", Integer, primary_key=True),
    Column("call_id", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("allergens", Text),
)
lines = Table(
    "lines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False),
    Column("dish", Text, nullable=False),
    Column("size", Text, nullable=False),
    Column("portions", Integer, CheckConstraint(f"portions BETWEEN 1 AND {MOST_PORTIONS}"), nullable=False),
    ForeignKeyConstraint(["dish", "size"], ["prices.dish", "prices.size"]),
)
line_extras = Table(
    "line_extras",
    metadata,
    Column("line_id", ForeignKey("lines.id", ondelete="CASCADE"), primary_key=True),
    Column("dish", Text, nullable=False),
    Column("extra", Text, primary_key=True),
    ForeignKeyConstraint(["dish", "extra"], ["extras.dish", "extras.extra"]),
)
checkouts = Table(
    "checkouts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("cents", Integer, CheckConstraint("cents > 0"), nullable=False),
    Column("name", Text, CheckConstraint("name <> ''"), nullable=False),
    Column("sent_at", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("paid_at", Text),
    Column("withdrawn", Boolean, nullable=False, server_default=text("0")),
    Index("one_open_checkout", "order_number", unique=True, sqlite_where=text("NOT withdrawn")),
)
links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("checkout_id", ForeignKey("checkouts.id"), nullable=False),
    Column("phone", Text, CheckConstraint("phone <> ''"), nullable=False),
)
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False),
)
settlements = Table(
    "settlements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("checkout_id", ForeignKey("checkouts.id"), nullable=False, unique=True),
    Column("at", Text, nullable=False),
)
tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False, unique=True),
    Column("key", Text, unique=True),
    Column("ready_at", Text),
)
callbacks = callbacks_table(metadata)

keep_rules(metadata, TRIGGERS, VIEWS)
