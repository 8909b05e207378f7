"""What says nothing: sounds of thinking, politeness, forms of address."""

HESITATIONS = """
um uh er erm ehm em hmm hm mm eh umm uhm uhh ehh
"""
"""Left out before anything is compared; a weak yes after one is weaker."""

INTERJECTIONS = """
oh ah ooh aw ahh ohh lah ji innit
"""
"""Left out, too, and they weaken nothing."""

POLITE = """
please
kindly
[but|many] (thank you|thanks) [a lot|a million|a bunch|so much|very much|much|indeed|again|once again|anyway]
(thank you|thanks) [a lot|so much|very much|again] for (that|it|everything|asking|helping|helping me|helping me
    out|calling)
(thank you|thanks) [a lot|so much|very much|again] for [all|all of] (your|the) (help|assistance|support|work|
    time|info|information|kindness) [again]
[but] i [really|very much|do] appreciate (it|that|all|everything|your help|the help|all your help|you helping me)
[i am] [very|so] (grateful|thankful) [for (that|it|the help|your help)]
(see you|talk to you) [later|soon|then|next time]
i can not wait
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
you have been [very|so|really|quite] (helpful|kind|great) [to me]
you (are|were) [very|so|really|quite] (great|helpful|awesome|wonderful)
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
again
on that
about that
my side
from my side
here
"""
"""Between the pieces that say something."""
