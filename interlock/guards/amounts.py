"""How an amount of money is spoken: one way, with its currency."""


def money(cents: int, currency: str = "euros") -> str:
    """An amount in cents as it is spoken and read: 1250 is "12.50 euros", 1200 "12 euros", 100 "1 euro".

    `currency` is its plural; where that ends in an s, one of it is spoken without.
    """
    whole, part = divmod(abs(cents), 100)
    figure = f"{'-' if cents < 0 else ''}{whole}{f'.{part:02d}' if part else ''}"
    return f"{figure} {currency.removesuffix('s') if (whole, part) == (1, 0) else currency}"
