"""Words that keep something back: a yes beside one is no yes (in ISO 24617-2 uncertain or conditional answers)."""

UNCERTAIN = """
maybe
perhaps
possibly
probably
presumably
hopefully
apparently
(i|we) (guess|suppose|think|believe|hope|imagine|reckon|assume|suspect|expect|would think|would guess|would say|
    should think) [so|it is|that is|that|it]
[i am|we are] not [so|too|quite|very|really|entirely|100 percent] (sure|certain|convinced) [about that|about it|
    of that]
(i|we) do not [really] (know|remember|recall|mind|care)
do not [really] (know|care|remember|mind)
(i|we) can not (remember|recall|tell|say|be sure)
(can not|hard to|difficult to) (remember|tell|say)
no (idea|clue)
as far as i (know|can tell|can see|remember)
to (my knowledge|the best of my knowledge)
if i (remember|recall) [correctly|right]
(kind|sort) of
more or less
(mostly|roughly|nearly|almost|partly|basically|pretty much|close enough|approximately|half|somewhat|fairly)
(could|might|may|should|must) be
(it|that|this) (could|might|may|should|ought to) (be|work|do|suit)
(up to you|it is up to you|you decide|you choose|you tell me|your choice|your call|as you wish|as you like)
(whatever|whichever|whenever) [you] [think|say|want|like|have|suits]
(either|any) (way|is fine|one)
(might|may) as well
i will try
for [right] now
(that is|it is|so) so right
so right
"""

SARCASM = """
yeah right
(yeah|yes) sure right
as if
"""
"""Said of what is not believed."""

CONDITIONS = """
if
unless
provided [that]
as long as
so long as
assuming
on condition
(it|that) depends [on]
depends [on]
depending on
until
before
after
once
when
while
whether
"""
"""What makes a yes wait for something."""

SOFT_NO = """
(i|we) do not (think|believe) so
not really
not (that|as far as) i (know|can tell|noticed|can see|am aware) [of]
(probably|maybe|perhaps|possibly) not
not (much|a lot|so much|strongly|exactly|unless|yet|now|anymore|any more|right now|very much|any longer|today|
    always|quite)
(no longer|no more)
(hardly|barely|scarcely|slightly|a little|a bit|a little bit|just a little|only a little|sometimes|earlier|
    yesterday|used to) [any|bit]
(i|we) can not smell
no (problem|worries|idea|clue|smoke)
"""
"""A no with something kept back: enough to do nothing on, too little to call a danger none."""

WAITING = """
(wait|hang on|hold on|hold up|bear with me|stand by) [a|one|just a|please] [minute|second|moment|sec|bit]
(one|just a|just one|give me a|a) (moment|second|minute|sec|tick)
let me (see|check|look|think|try|ask) [my calendar|my diary|that|it|first]
let me (go and see|have a look|have a think)
i will check
"""
"""Time to think (ISO 24617-2: stalling, pausing)."""

NEITHER = """
no worries
(it|that) is no (problem|bother|trouble)
no (problem|problems|objection|objections|issue|issues|bother|trouble) [at all] [from me|from my side|with that|
    for me]
not (a problem|bad|too bad|an issue)
"""
"""Contain a "no" and are none; no yes by themselves either."""

HERE_AND_NOW = """
now
for now
today
here
just
only
already
again
actually
really
"""
"""Narrow a no to a place or a time."""
