"""What asks, with or without a question mark."""

AGAIN = """
(say|read|repeat|spell) [it|that|the|them|me] [back] [number|name|address|last part] [again|once more|one more
    time|back|slowly|please]
[please|kindly] (repeat|say|read) [it|that|once|the|me] [again|back|more]
(once|one time|one more time) [more] [please]
again please
please again
pardon [me]
[i] beg your pardon
come again
excuse me
(i|we) (did|could|can|do) not [quite|really] (catch|get|hear|understand|follow) [that|it|you|the last|the]
    [part|bit|question|name|number|address]
did not (catch|get|hear|understand) [that|it|you|the last|the] [part|bit|question|name|number|address]
i missed (that|it|the last part|the last bit|some of that)
[that was|you are|it was] [a bit|a little|way|far] too (fast|quick|quiet)
(slower|slow down|speak slowly|speak up|louder) [please]
[please] (speak|talk) (slower|slowly|up|louder)
you are breaking up
you broke up [there]
"""
"""To have it once more (ISO 24617-2: negative auto-feedback)."""

TO_KNOW = """
(i|we) (want|would like|need) to (know|ask)
(i|we) [do|just] have a [quick] question
[quick|one] question
(tell|show) me
(i|we) (wonder|was wondering|wonder if|am wondering)
(any|some) (charge|charges|fee|fees|cost|costs)
(may|can|could) (i|we) (ask|know)
you mean
"""

TAGS = """
is not it
is it not
is it
do not you
are not you
have not you
does not it
did not you
will not it
am i right
right or not
or not
or wrong
huh
"""
"""At the end of a sentence, they make a question of it."""

OPENERS = """
what when where who whom whose which why how
"""

AUXILIARIES = """
is are was were am do does did have has had can could will would shall should may might must
"""

SUBJECTS = """
i you it that this these those they we he she there the my your our everything all any anything somebody
    someone
something one a an me
"""
"""After an auxiliary they ask: "is that", "did you", "have the"."""
