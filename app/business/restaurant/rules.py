"""What the database itself works out, and what it refuses. The words after ABORT say why to the code around it."""

from collections.abc import Mapping

CHANGED = "the order changed"
HARMFUL = "contains an allergen"
NOT_ASKED = "allergies not stated"
SOLD_OUT = "sold out"
BEING_PAID = "being paid"
PAID = "is paid"
NOT_PAID = "not paid"
LAPSED = "lapsed"

TAKEN = """(SELECT COALESCE(SUM(l.portions), 0) FROM checkouts c JOIN lines l ON l.order_number = c.order_number
    WHERE l.dish = {dish} AND NOT c.withdrawn
    AND (c.until >= {now} OR EXISTS (SELECT 1 FROM settlements s WHERE s.checkout_id = c.id)))"""
"""How many portions of a dish are sold or set aside at a time."""

VIEWS = {
    "line_cents": """AS
    SELECT l.id, l.order_number, l.portions, l.portions * (p.cents + COALESCE((SELECT SUM(e.cents) FROM line_extras x
        JOIN extras e ON e.dish = x.dish AND e.extra = x.extra WHERE x.line_id = l.id), 0)) AS cents
    FROM lines l JOIN prices p ON p.dish = l.dish AND p.size = l.size""",
    "order_totals": """AS
    SELECT o.order_number, COALESCE(SUM(c.portions), 0) AS portions, COALESCE(SUM(c.cents), 0) AS cents
    FROM orders o LEFT JOIN line_cents c ON c.order_number = o.order_number GROUP BY o.order_number""",
    "line_allergens": """AS
    SELECT l.id, l.order_number, k.allergen FROM lines l JOIN contains k ON k.dish = l.dish
    WHERE NOT EXISTS (SELECT 1 FROM line_extras x JOIN extras e ON e.dish = x.dish AND e.extra = x.extra
        WHERE x.line_id = l.id AND e.takes_out = k.allergen)
    UNION SELECT l.id, l.order_number, e.brings FROM lines l JOIN line_extras x ON x.line_id = l.id
    JOIN extras e ON e.dish = x.dish AND e.extra = x.extra WHERE e.brings IS NOT NULL""",
    "line_harms": """AS
    SELECT a.id, a.order_number, a.allergen FROM line_allergens a JOIN orders o ON o.order_number = a.order_number
    WHERE instr(',' || o.allergens || ',', ',' || a.allergen || ',') > 0""",
}


Rule = tuple[str, str]
"""A trigger's name, and what follows it."""


def _refuse(name: str, before: str, when: str, why: str) -> Rule:
    return name, f"BEFORE {before} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


def _changes(table: str, which: str, order_of: str) -> tuple[Rule, Rule]:
    """A change of the order: not while it is being paid; and afterwards it is another revision."""
    row = "OLD" if which == "DELETE" else "NEW"
    number = order_of.format(row=row)
    name = f"{table}_{which.split()[0].lower()}"
    paying = f"EXISTS (SELECT 1 FROM checkouts WHERE NOT withdrawn AND order_number = {number})"
    counted = f"""AFTER {which} ON {table}
    BEGIN UPDATE orders SET revision = revision + 1 WHERE order_number = {number}; END"""
    return _refuse(f"{name}_locked", f"{which} ON {table}", paying, BEING_PAID), (f"{name}_counts", counted)


_OF_LINE = "(SELECT order_number FROM lines WHERE id = {row}.line_id)"
_ORDER = "SELECT 1 FROM orders WHERE order_number = NEW.order_number"
_CHECKOUT = "SELECT 1 FROM checkouts WHERE id = NEW.checkout_id"
_SHORT = f"""EXISTS (SELECT 1 FROM lines n JOIN dishes d ON d.dish = n.dish WHERE n.order_number = NEW.order_number
    GROUP BY n.dish HAVING SUM(n.portions) > d.portions - {TAKEN.format(dish="n.dish", now="NEW.sent_at")})"""
_TOTAL = "(SELECT cents FROM order_totals WHERE order_number = NEW.order_number)"

TRIGGERS: Mapping[str, str] = dict(
    (
        *_changes("lines", "INSERT", "{row}.order_number"),
        *_changes("lines", "UPDATE", "{row}.order_number"),
        *_changes("lines", "DELETE", "{row}.order_number"),
        *_changes("line_extras", "INSERT", _OF_LINE),
        *_changes("line_extras", "DELETE", _OF_LINE),
        *_changes("orders", "UPDATE OF allergens", "{row}.order_number"),
        _refuse("no_checkout_short", "INSERT ON checkouts", _SHORT, SOLD_OUT),
        _refuse(
            "no_checkout_harms",
            "INSERT ON checkouts",
            "EXISTS (SELECT 1 FROM line_harms WHERE order_number = NEW.order_number)",
            HARMFUL,
        ),
        _refuse("no_checkout_unasked", "INSERT ON checkouts", f"EXISTS ({_ORDER} AND allergens IS NULL)", NOT_ASKED),
        _refuse(
            "no_checkout_of_another_order",
            "INSERT ON checkouts",
            f"NOT EXISTS ({_ORDER} AND revision = NEW.revision) OR NEW.cents <> {_TOTAL}",
            CHANGED,
        ),
        _refuse("checkout_stays", "UPDATE OF cents, revision, order_number, sent_at, until ON checkouts", "1", CHANGED),
        _refuse(
            "no_withdrawal_once_paid",
            "UPDATE OF withdrawn ON checkouts",
            "EXISTS (SELECT 1 FROM settlements WHERE checkout_id = NEW.id)",
            PAID,
        ),
        _refuse("settled_in_time", "INSERT ON settlements", f"EXISTS ({_CHECKOUT} AND until < NEW.at)", LAPSED),
        _refuse(
            "settled_only_paid",
            "INSERT ON settlements",
            f"NOT EXISTS ({_CHECKOUT} AND paid_at IS NOT NULL AND NOT withdrawn)",
            NOT_PAID,
        ),
        _refuse("settlement_is_final", "UPDATE ON settlements", "1", PAID),
        _refuse("settlement_stays", "DELETE ON settlements", "1", PAID),
        (
            "settled_is_cooked",
            """AFTER INSERT ON settlements BEGIN INSERT INTO tickets
    (order_number) SELECT order_number FROM checkouts WHERE id = NEW.checkout_id; END""",
        ),
        _refuse(
            "cooked_only_settled",
            "INSERT ON tickets",
            """NOT EXISTS (SELECT 1 FROM settlements s JOIN checkouts c ON c.id = s.checkout_id
        WHERE c.order_number = NEW.order_number)""",
            NOT_PAID,
        ),
    )
)
