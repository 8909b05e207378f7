"""Card numbers as callers say them and recognisers write them, made up for one test each."""

from hypothesis import strategies as st

from interlock.guards.cards import is_card

DIGITS = "zero one two three four five six seven eight nine"
FROM_TEN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
BY_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES, TEENS, TENS = DIGITS.split(), FROM_TEN.split(), BY_TEN.split()
BREAKS = (
    " ",
    "-",
    " - ",
    "\u2013",
    "/",
    " / ",
    "_",
    ", ",
    ". ",
    "   ",
    "\u00a0",
    " and ",
    " um ",
    ", then ",
    " dash ",
    " uh, ",
)
BETWEEN = (*BREAKS, " and the next four are ", ", finally ", " okay, and then ", " slash ", " space ")
BEFORE = ("", "My card is ", "It's ", "Yes, sure: ", "I have got two cards, one is ", "The number is, ", "um, ")
AFTER = ("", ".", " thanks", ", that is all", " is what it says", ", please")


def check_digit(number: str) -> str:
    """The digit that makes a card number of these."""
    return next(each for each in "0123456789" if _luhn(number + each))


def _luhn(number: str) -> bool:
    doubled = [int(each) * 2 for each in number[-2::-2]]
    return (sum(map(int, number[-1::-2])) + sum(each // 10 + each % 10 for each in doubled)) % 10 == 0


@st.composite
def card_numbers(draw):
    """Visa, Mastercard, American Express: as their issuers number them."""
    begins, size = draw(st.sampled_from([("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15)]))
    rest = draw(st.text("0123456789", min_size=size - len(begins) - 1, max_size=size - len(begins) - 1))
    number = begins + rest + check_digit(begins + rest)
    assert is_card(number)
    return number


def groups(number: str) -> list[str]:
    """As they stand on the card."""
    sizes = (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4)
    found = []
    for size in sizes:
        found.append(number[:size])
        number = number[size:]
    return found


def pair(two: str) -> str:
    """Two digits as one word."""
    tens, ones = int(two[0]), int(two[1])
    if tens == 0:
        return f"oh {ONES[ones]}"
    if tens == 1:
        return TEENS[ones]
    return TENS[tens - 2] + (f"-{ONES[ones]}" if ones else "")


def doubled(group: str) -> str:
    """With "double" and "triple" where digits repeat."""
    words, at = [], 0
    while at < len(group):
        run = len(group[at:]) - len(group[at:].lstrip(group[at]))
        run = min(run, 3)
        words.append(("", "double ", "triple ")[run - 1] + ONES[int(group[at])])
        at += run
    return " ".join(words)


@st.composite
def said(draw, number):
    """One card number in words, each of its groups in a way of its own."""
    ways = (
        lambda group: group,
        lambda group: " ".join(group),
        lambda group: " ".join(ONES[int(each)] for each in group),
        doubled,
        lambda group: group.replace("0", "O") if group.strip("0") else group,
    )
    if len(number) == 16 and draw(st.booleans()):
        return draw(st.sampled_from((" ", ", "))).join(pair(number[at : at + 2]) for at in range(0, 16, 2))
    if draw(st.integers(0, 4)) == 0:
        return number
    way, words = draw(st.sampled_from(ways)), ""
    for group in groups(number):
        words += (draw(st.sampled_from(BETWEEN)) if words else "") + way(group)
    return words


@st.composite
def sentences(draw):
    """A card number, and a sentence with it in."""
    number = draw(card_numbers())
    return number, draw(st.sampled_from(BEFORE)) + draw(said(number)) + draw(st.sampled_from(AFTER))
