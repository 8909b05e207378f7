"""Words that something else is wanted, or is so, than what was asked about (ISO 24617-2: correction)."""

CONTRASTS = """
but
except [for|that]
apart from
aside from
other than
however
although
though
only that
bar
minus
besides
"""
"""What comes after it is what counts."""

WISHES = """
[actually|just|please|kindly|then|rather|let us] make (it|that|this|them)
(can|could|may|shall) (i|we|you) [please|just|kindly|also] (make|do|have|change|move|switch|get|use|put|correct|
    postpone|reschedule|fix|update|add|swap|replace)
[please|kindly|just|do|i need to|i want to|i would like to|we need to|i have to|you need to|you have to|better]
    (change|correct|move|switch|replace|fix|update|amend|edit|postpone|reschedule|swap|rename) [it|that|this|
    the|my|to]
(correct|put|fix) [please|it|that|this|all|everything] [of] [it|that|the] (please|right)
please [do] (correct|right)
correct (please|me|my|the|it|that|this|them|these|all|everything)
(how about|what about|would prefer|i would prefer|i prefer|i would rather|we would rather|we would prefer)
(could|can|would|might) it be
any chance of
do you have anything
would be (better|easier|preferable)
would (suit|work) [me|us] better
(it|that) (should|must|has to|needs to) be
should be
must be
(i|we) (said|meant|mean to say|told you|asked for|ordered|wanted)
instead [of]
rather
(the|my|that|an|your|to the|on the) (other|different|second|first|third|next|later|earlier|new|old|previous|
    last|work|mobile) [one|number|address|day|time|name|phone|card|week|order]
(another|a different|different|some other) (one|number|address|day|time|name|phone|card|week|order|date|slot)
(a bit|a little|much|something|some time|sometime|even)  (later|earlier)
(later|earlier|sooner) [please|if possible]
not so (early|late)
not (this|that|the) [one|week|number|time|day|order|first|second]
(my|the) [phone|house|street|home|last|first|full|good] (name|address|number|street|postcode|surname|email|
    digit) (is|has changed|changed|should be|ends in)
(name|surname|address|number|street) is
(i have|i) moved
(is|has) (changed|missing)
(you|it is|it) (forgot|missed|missing|left out)
(spelled|spelt|written) with
with (a|an|one|two|double|no)
(there is|there are) no
add
use
put
write
send it to
call me on
(one|just one|a|small|another) (correction|change|mistake|thing)
(only|just) (the|my) [name|number|street|time|date|address|surname|day]
just not
for two
wrong (it is|its|the|my)
is different
is old
is new
"""
"""A wish for something else, or what the value should be."""

WANTS = """
[i] would like [to] [make|have|get]
(i|we) [do|really] (want|need|wish|would like) [to] [make|have|get]
[please] (can|could|would|will) you [please|kindly] [make|help me] [me]
[please] make [me] (a|the|an|one)
let us [make]
"""
"""What is wanted follows: the very thing asked about, or another."""

VALUES = """
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december today tomorrow tonight morning afternoon evening noon midday midnight oclock week
    weeks month
first second third fourth fifth sixth seventh eighth ninth tenth thirty forty fifty sixty seventy eighty ninety
    hundred
thousand half quarter past double triple street road lane avenue flat apartment euro euros pound pounds dollar
dollars cents zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
"""Words of times, numbers and places: a value that was not asked about is another one."""
