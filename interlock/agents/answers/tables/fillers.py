"""What says nothing: sounds of thinking, politeness, forms of address."""

HESITATIONS = frozenset("um uh er erm ehm em hmm hm mm eh umm uhm uhh ehh".split())
"""Left out before anything is compared; a weak yes after one is weaker."""

INTERJECTIONS = frozenset("oh ah ooh aw ahh ohh lah ji innit".split())
"""Left out, too, and they weaken nothing."""

POLITE = """
please
thank you [so|very] [much] [indeed] [for (that|your help|everything|the help|asking)]
[many] thanks [a lot|a million|so much|very much|again|for that|for your help|for everything]
i (appreciate|really appreciate) (it|that|your help)
cheers
ta
that is (very|so) kind [of you]
(very|so) kind [of you]
sir
madam
miss
mate
love
dear
darling
my friend
my dear
buddy
pal
man
honey
doctor
boss
bro
sorry
i am sorry
if you do not mind
if you would
if you could
if you can
when you can
you are very kind
have a (good|nice|great|lovely) (day|evening|weekend|one)
you have been [very|so|really] (helpful|kind)
[that was|that is] (very|really|so) helpful
[you have been] great help
that was helpful
"""

CONNECTING = """
well
so
and
then
now
you know
you know what
like
i mean
actually
basically
honestly
also
too
anyway
only
itself
really
just
already
for now
for me
for us
from me
from us
to me
with me
by me
it
that
this
all
with that
with it
to that
to it
today
again
on that
about that
my side
from my side
here
"""
"""Between the pieces that say something."""
