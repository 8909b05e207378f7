"""The restaurant's systems: what an order costs and contains, and what can never happen to portions, money, kitchen."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from agents.restaurant.systems import Line
from app.business.restaurant import open_restaurant_systems
from app.business.restaurant.payments import LINK_GOOD_FOR
from app.business.restaurant.words import allergens_in, one_meant
from interlock.agents.systems import Refused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATE = NOON + LINK_GOOD_FOR + timedelta(seconds=1)
PHONE = "01512345678"


@pytest.fixture
def systems():
    return open_restaurant_systems(paid_after_s=None)


async def ordered(systems, call="call", dish="Tiramisu", portions=1, allergies="none"):
    await systems.orders.add(call, dish, portions, None, None, NOON)
    return await systems.orders.note_allergies(call, allergies)


async def linked(systems, call="call", now=NOON, **order):
    draft = await ordered(systems, call, **order)
    await systems.payments.send_link(f"{call}:1", call, draft.revision, "Anna", PHONE, now)
    return draft


async def paid(systems, call="call", **order):
    draft = await linked(systems, call, **order)
    await systems.payments.pay(call, NOON)
    assert (await systems.payments.settle(f"{call}:2", call, NOON)).state == "settled"
    return draft


async def test_the_order_system_adds_up(systems):
    """Sizes, extras and portions; two orders of the same are one line."""
    await systems.orders.add("call", "margheritas", 2, "large", "gluten free base", NOON)
    draft = await systems.orders.add("call", "margherita", 1, "large", "gluten-free base", NOON)
    assert draft.lines == (Line("Margherita", "large", 3, ("gluten-free base",), 4200, ()),)
    assert (draft.portions, draft.total_cents, draft.allergens) == (3, 4200, None)


async def test_an_extra_brings_an_allergen_and_takes_another_out(systems):
    """Cashew cheese is no milk, but nuts."""
    await ordered(systems, dish="Margherita", allergies="milk and nuts")
    draft = await systems.orders.change("call", "Margherita", None, None, "cashew cheese", NOON)
    assert draft.lines[0].harms == ("nuts",)


async def test_every_change_is_another_revision_and_nothing_else_is(systems):
    """Dishes, numbers, sizes, extras, allergies; saying the same again changes nothing."""
    seen = [(await ordered(systems, dish="Margherita")).revision]
    for change in (
        systems.orders.add("call", "Lemonade", 1, None, None, NOON),
        systems.orders.change("call", "Lemonade", 2, None, None, NOON),
        systems.orders.change("call", "Margherita", None, "small", None, NOON),
        systems.orders.change("call", "Margherita", None, None, "extra cheese", NOON),
        systems.orders.note_allergies("call", "eggs"),
        systems.orders.remove("call", "Lemonade"),
    ):
        seen.append((await change).revision)
    assert seen == sorted(set(seen))
    for same in (
        systems.orders.note_allergies("call", "egg"),
        systems.orders.change("call", "Margherita", 1, "small", "extra cheese", NOON),
        systems.orders.draft("call"),
    ):
        assert (await same).revision == seen[-1]


@pytest.mark.parametrize(
    ("work", "says"),
    [
        (lambda o: o.add("call", "sushi", 1, None, None, NOON), "not sure which dish"),
        (lambda o: o.add("call", "Tiramisu", 4, None, None, NOON), "only 3 of Tiramisu"),
        (lambda o: o.add("call", "Tiramisu", 0, None, None, NOON), "from one to"),
        (lambda o: o.add("call", "Tiramisu", -2, None, None, NOON), "from one to"),
        (lambda o: o.add("call", "Carbonara", 1, "large", None, NOON), "not have it in that size"),
        (lambda o: o.add("call", "Margherita", 1, None, "pineapple", NOON), "We have Margherita with"),
        (lambda o: o.change("call", "Lemonade", 2, None, None, NOON), "no Lemonade in your order"),
        (lambda o: o.change("call", None, 2, None, None, NOON), "no dish in your order"),
        (lambda o: o.remove("call", "Lemonade"), "no Lemonade in your order"),
        (lambda o: o.note_allergies("call", "nuts and strawberries"), "allergens on our list"),
    ],
)
async def test_what_cannot_be_ordered_is_refused_in_words_for_the_caller(systems, work, says):
    """And changes nothing."""
    with pytest.raises(Refused, match=says):
        await work(systems.orders)
    assert (await systems.orders.draft("call")).lines == ()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("no", ()),
        ("none that I know of", ()),
        ("Nobody is allergic to anything.", ()),
        ("no nuts, please", ("nuts",)),
        ("none, only \u0430\u0440\u0430\u0445\u0438\u0441", None),
        ("I'm not allergic to nuts", ("nuts",)),
        ("my son has a nut allergy", ("nuts",)),
        ("dairy and eggs", ("eggs", "milk")),
        ("Shellfish", ("crustaceans", "molluscs")),
        ("nuts, and strawberries", None),
        ("strawberries", None),
        ("yes", None),
        ("", None),
    ],
)
def test_allergies_are_read_on_the_safe_side(said, found):
    """Whoever names an allergen has it, and what is on no list is nobody's guess."""
    assert allergens_in(said) == found


@pytest.mark.parametrize(
    ("said", "meant"),
    [("two lemon sorbets", "Lemon Sorbet"), ("sorbet", "Lemon Sorbet"), ("tiramisou", "Tiramisu"), ("pizza", None)],
)
def test_a_dish_is_known_by_its_name(said, meant):
    """In the plural, in part, or nearly."""
    assert one_meant(said, ("Lemon Sorbet", "Lemonade", "Tiramisu", "Carbonara")) == meant


async def test_a_link_sets_portions_aside_until_it_lapses(systems):
    """Meanwhile nobody else gets them; afterwards anybody, and the late payer nothing and at no cost."""
    await linked(systems, "first", portions=2)
    with pytest.raises(Refused, match="only 1 of Tiramisu"):
        await systems.orders.add("second", "Tiramisu", 2, None, None, NOON)
    assert (await systems.orders.dish("tiramisu", LATE)).left == 3
    await systems.payments.pay("first", NOON)
    await linked(systems, "third", portions=1)
    assert (await systems.payments.settle("k", "first", LATE)).state == "lapsed"
    assert (await systems.payments.settle("k", "first", NOON)).state == "lapsed", "once lapsed, for good"


async def test_what_sold_out_meanwhile_is_not_sold_again(systems):
    """Both had it on their order; the second one to pay hears that it is gone."""
    late = await ordered(systems, "late", portions=2)
    await paid(systems, "early", portions=3)
    with pytest.raises(Refused, match="Tiramisu is sold out"):
        await systems.payments.send_link("k", "late", late.revision, "Jo", PHONE, NOON)


@pytest.mark.parametrize(
    ("allergies", "behind", "says"),
    [("none", 1, "has changed"), ("eggs", 0, "cannot eat"), (None, 0, "about allergies first")],
)
async def test_no_link_for_what_was_not_read_back(systems, allergies, behind, says):
    """Another revision, an allergen in it, or allergies nobody asked about."""
    draft = await systems.orders.add("call", "Tiramisu", 1, None, None, NOON)
    if allergies:
        draft = await systems.orders.note_allergies("call", allergies)
    with pytest.raises(Refused, match=says):
        await systems.payments.send_link("k", "call", draft.revision - behind, "Anna", PHONE, NOON)


async def test_an_order_being_paid_cannot_be_changed(systems):
    """Taking the link back opens it again and frees the portions; once paid it stays."""
    draft = await linked(systems)
    for change in (systems.orders.remove("call", "Tiramisu"), systems.orders.note_allergies("call", "eggs")):
        with pytest.raises(Refused, match="payment desk"):
            await change
    await systems.payments.withdraw("call:9", "call")
    assert (await systems.orders.add("call", "Tiramisu", 2, None, None, NOON)).revision > draft.revision
    await paid(systems, "other", dish="Lemonade")
    with pytest.raises(Refused, match="paid already"):
        await systems.payments.withdraw("other:9", "other")


async def test_a_withdrawal_that_comes_late_takes_back_no_link_sent_since(systems):
    """It is the work of its key, done long ago: a driver that lost the call may ask for it once more."""
    draft = await linked(systems)
    await systems.payments.withdraw("call:3", "call")
    await systems.payments.send_link("call:5", "call", draft.revision, "Anna", PHONE, NOON)
    await systems.payments.withdraw("call:3", "call")
    assert (await systems.payments.settle("call:6", "call", NOON)).state == "open"


async def test_a_lapsed_link_that_cannot_be_sent_again_locks_nothing(systems):
    """Somebody else has the portions by now: the caller can order something else."""
    draft = await linked(systems, portions=3)
    other = await systems.orders.add("other", "Tiramisu", 2, None, None, LATE)
    other = await systems.orders.note_allergies("other", "none")
    await systems.payments.send_link("other:1", "other", other.revision, "Ben", PHONE, LATE)
    with pytest.raises(Refused, match="only 1 of Tiramisu"):
        await systems.payments.send_link("call:2", "call", draft.revision, "Anna", PHONE, LATE)
    assert (await systems.orders.change("call", "Tiramisu", 1, None, None, LATE)).portions == 1


async def test_nothing_is_taken_before_somebody_paid_and_nothing_twice(systems):
    """The kitchen has the order with the payment, and one ticket however often it is told."""
    await linked(systems)
    assert (await systems.payments.settle("a", "call", NOON)).state == "open"
    with pytest.raises(Refused, match="once the order is paid"):
        await systems.kitchen.take("b", "call", NOON)
    await systems.payments.pay("call", NOON)
    first = await systems.payments.settle("c", "call", NOON)
    assert await systems.payments.settle("d", "call", LATE) == first
    tickets = await asyncio.gather(*(systems.kitchen.take(f"k{i}", "call", NOON) for i in range(5)))
    assert len(set(tickets)) == 1


async def test_the_same_link_is_sent_again(systems):
    """Once a key; what was paid by it meanwhile is not lost, and the portions are set aside once."""
    draft = await linked(systems, portions=3)
    await systems.payments.pay("call", NOON)
    for key in ("call:1", "call:9"):
        await systems.payments.send_link(key, "call", draft.revision, "Anna", PHONE, NOON)
    assert (await systems.payments.settle("k", "call", NOON)).state == "settled"


async def test_the_tables_themselves_refuse_what_must_not_be(tmp_path):
    """Whoever writes past our code meets the same limits."""
    file = tmp_path / "restaurant.sqlite"
    systems = open_restaurant_systems(file, paid_after_s=None)
    await paid(systems, portions=2)
    await linked(systems, "open", dish="Lemonade")
    await ordered(systems, "new", portions=1)
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA foreign_keys=ON")
    checkout = "INSERT INTO checkouts (order_number, revision, cents, name, sent_at, until) SELECT order_number, "
    for wrong in (
        f"{checkout} revision, 1, 'x', '{NOON.isoformat()}', '{LATE.isoformat()}' FROM orders WHERE call_id = 'new'",
        f"{checkout} revision - 1, 650, 'x', '{NOON.isoformat()}', '9' FROM orders WHERE call_id = 'new'",
        "UPDATE checkouts SET cents = 1",
        "UPDATE checkouts SET withdrawn = 1 WHERE id = 1",
        "INSERT INTO settlements (key, checkout_id, at) VALUES ('x', 2, '2026-03-02T12:00')",
        "INSERT INTO settlements (key, checkout_id, at) VALUES ('x', 1, '2026-03-02T12:00')",
        "UPDATE settlements SET at = '2'",
        "DELETE FROM settlements",
        "INSERT INTO tickets (order_number) SELECT order_number FROM orders WHERE call_id = 'new'",
        "INSERT INTO tickets (order_number) SELECT order_number FROM orders WHERE call_id = 'call'",
        "INSERT INTO lines (order_number, dish, size, portions) VALUES (1, 'Lemonade', 'regular', 1)",
        "DELETE FROM lines WHERE order_number = 1",
        "UPDATE lines SET portions = 21 WHERE order_number = 3",
        "UPDATE dishes SET portions = -1",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.close()


async def test_what_was_sold_is_still_sold_after_opening_again(tmp_path):
    """Seeding again restores no portions."""
    file = tmp_path / "restaurant.sqlite"
    await paid(open_restaurant_systems(file, paid_after_s=None), portions=2)
    assert (await open_restaurant_systems(file).orders.dish("tiramisu", LATE)).left == 1
