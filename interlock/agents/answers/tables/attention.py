"""Words that may say no more than that somebody listens (ISO 24617-2: positive auto-feedback)."""

HEARD = """
okay
all right
right
"""
"""Weak: a yes only where something else says so, too."""

UNDERSTOOD = """
i see
got it
understood
i understand
i got you
gotcha
noted
"""
"""That it was understood, and nothing of whether it is agreed to."""

LISTENING = """
yes
yeah
yep
yup
aye
mmhm
uhhuh
sure
correct
exactly
fine
good
great
cool
that is right
"""
"""A yes to a question that is over; before its end a sign of listening like the weak ones."""

TAKEN = """
okay [okay]
all right
"""
"""Which take an offer up, too."""
