"""No, in the words of many callers."""

BARE = """
(no|nope|nah|nay|negative|nuhuh|negatory)
"""
"""Which say no only where nothing takes it back: "no, that's fine" may be either."""

NEGATIONS = """
not
never
nothing
none
nobody
neither
nor
without
wrong
incorrect
false
mistake
error
refuse
unable
"""
"""Single words that make any sentence no yes, where no longer phrase has them."""

FIRM = """
[no] no (way|chance|siree|need)
(yes|yeah|okay|sorry|sorry but|thank you but|thanks but|but) no (thanks|thank you)
(certainly|absolutely|definitely|surely|of course) (not|no)
(hell|heck|god|thank you but|thanks but|sorry but|i said|a) no
not (really|now|today|yet|at all|so|required|needed|necessary|interested|possible|okay|good|quite|exactly|
    entirely|likely|correct|right|true|it|me|mine|for me|in the slightest|just yet|right now|currently|anymore|
    any more|this time)
not (at|for) (the|this) (moment|time)
(not for the time being|never ever|not ever)
(i|we) [am] [still] (would rather|would prefer|prefer) (not|you did not|you do not) [to]
(i|we) (am|are) (afraid|sorry) (not|no)
(afraid|maybe|perhaps|probably|possibly|preferably|better|best|rather|i think|i guess|i hope|i suppose|why
    would|i better|i would better|i had better|i would) not
(i|we) do not (think so|believe so|think that|think it|think|want|need|like|agree|consent|accept|wish|require|
    care for) [that|it|this|one|to|any|so]
(i|we) do not want (you|that|it) [to]
(i|we) did not (say|ask|want|order|mean|request) [that|it|this|for that|for it]
(i|we) (never|already) (said|asked|wanted|ordered) [that|it|no|for that|for it]
(i|we) (will|would|can|could|do|have|did|may|must|should|am|are) (not|never) [do|have|make] [that|it|this]
(you|they) (may|can|could|should|must) not [do] [that|it|this]
you do not have my (permission|consent|okay|approval)
(please|just|kindly|but|wait) do not [you] [do|dare|bother|worry|book|send|file|order|call] [that|it|this|about it|me]
do not [you] [do|dare|bother|worry|trouble yourself|book|send|file|order|call|touch] [that|it|this|about it|me|
    anything]
(it|that|this|there) (is|was|will|would|does|did|should|can) not [be] [necessary|needed|required|work|suit|
    right|correct|true|good|okay|it|me|possible|fit|for me|what i said|what i want|what i wanted|what i asked
    for|my name|my number|my address|quite right|sound right|look right|seem right] [for me|to me]
(is|was|does|are|were|will) not [correct|right|work|suit|sound right|look right|good|okay|needed|necessary|
    true] [for me|to me]
there is no (need|reason) [for that|for it|to]
no (need|interest|good|use) [for that|for it|to|thanks]
(i will|i am going to|i would) (pass|decline|say no|skip|leave it)
pass
(i|we) (decline|refuse|disagree|object|have to say no|have to decline|say no)
let us not [do] [that|it|this]
let us (leave|forget|skip|drop|stop) [it|that|this] [for now|here]
[oh] [just] (forget|drop|skip) (it|that|this|about it|about that)
never mind
(scratch|scrap|skip) (that|it|this)
(i|we) have (changed|change) my mind
(i|we) changed (my|our) mind
(i|we) (want|need|would like|have) to (think about it|think about that|think it over|sleep on it|ask|check|talk|
    speak) [first|with|to]
let me think about (it|that|this) [first]
(that|it|this) is [way|far|just|a bit|a little|much] too (much|expensive|late|early|dear|long|far|soon|high|
    pricey) [for me|for us]
too (much|expensive|late|early|dear|long|far|soon|pricey)
(hard pass|the answer is no|no means no|that is a no|that would be a no|i told you no|i said no)
(thanks|thank you|sorry|i am sorry) but
far from it
(me|i|we) (not|no) (want|need|like|agree)
no want
cannot
can not
(dont|do not) want
(i am|we are) not (interested|happy|okay|fine|available|comfortable)
stop [it|that]
"""
"""A refusal whatever else is said."""

WRONG = """
(that|it|this|everything|all|all of it|all of that|something|one thing) (is|sounds|looks|seems) [all|just|
    completely|totally|still|quite] (wrong|incorrect|false|off|not right|not correct|a mistake)
[all|completely|totally] (wrong|incorrect|false)
there is (a|an|some|one) (mistake|error|problem) [in it|in that|there]
you [have] (made a mistake|got it wrong|got that wrong|misheard|misheard me|heard wrong|heard me wrong|
    misunderstood|have it wrong|spelled it wrong|wrote it wrong)
(nothing|none of that|none of it|none of this) [is] [right|correct]
none of (that|it|this)
not (all of it|all of that|everything|all)
(the|my) (spelling|name|address|number|street|postcode|date) is (wrong|not right|not correct|incorrect)
wrong (number|name|address|street|date|person|spelling)
it is spelled wrong
"""
"""That what was read back is not so."""

KEEP = """
[please|just|let us|i will|we will|i would rather|i would like to|i want to|we want to|no|i would prefer to]
    (keep|leave) (it|that|this|them) [as it is|as is|alone|in|on|there|like that|be|for now|then]
let it (be|stay|stand)
(keep|leave)
(i|we) still (want|need|would like) (it|that|this|them)
[please|kindly] do not (cancel|remove|delete|touch) [it|that|this|anything|them]
who said cancel
not cancel
(i|we) do not want (to cancel|it cancelled|it canceled) [it|that]
(i|we) do not want to (cancel|remove) [it|that]
"""
"""To an offer to take away."""

LEAVE_IT = """
[please|just|let us|no|oh] leave (it|that|this) [for now|then|be|alone|there]
[please|just] (cancel|stop|scrap|delete) [it|that|this|the booking|the order|the appointment]
(i am|we are) (good|fine|all right|okay|all set) [thanks|thank you|as i am|for now|as it is]
you are all right
"""
"""To an offer to do something."""

NO_DANGER = """
(i|we) (do|can|did|could) not smell (any|anything|gas|it|any gas|nothing) [at all]
(i|we) do not at all
(i|we) (do|can|did|could) not
there (is|are|was) (not|no) [any|gas] [smell|gas|smell of gas|gas smell] [at all]
(it|that) (does|is|did) not [smell] [of gas|like gas]
does not smell [of gas]
(no|not any|not a|none|without) (smell|gas|smell of gas|gas smell|smell at all|odour|odor) [at all]
nothing [at all|like that|of the sort|of the kind]
(none|none at all|none whatsoever|not at all|not a thing|never|absolutely nothing)
(certainly|absolutely|definitely|surely|of course) not
(absolutely|definitely|certainly) no
not in the slightest
thank (god|goodness|heavens)
thankfully
luckily
fortunately
"""
"""That there is no danger: the only words a danger's no may be made of, with bare ones and politeness."""

THAT_IS_ALL = """
[i think] (that|this|it) (is|will be|would be|was) (all|it|everything|me|me done|enough|the lot) [for today|for
    now|for right now|for me|that i need|i need|i needed|i wanted] [today|now]
[i think] that is [all|everything] (i|we) (need|needed|want|wanted)
(nothing|nothing else|nothing more|no more|nothing further|no further|no other) [questions|question|requests|at
    the moment|now|today|right now|for now]
(i|we) (am|are) (good|fine|okay|all right|happy|done|all set|all good|set|finished|covered|sorted)
all (set|good|done|sorted|fine)
not (that|anything) i can think of
nothing i can think of
nothing [else|more|further] [at all|for now|right now|today]
(i|we) (have|have got) (all|everything|what) i (need|needed|wanted) [for now|today]
not (really|today|now|right now|at the moment|at this time|yet|at all|for now)
that is (great|fine|lovely|perfect|good|wonderful|brilliant)
that is all
(that|it) will do
[i think] we are (done|finished|all done)
(all for today|all for now)
(goodbye|bye|good bye|bye bye|see you|take care)
(i|we) do not (need|want|have) (anything|anything else) [else] [right now|for now|today|at the moment|from you]
(i|we) do not
no need
i appreciate (it|that)
(you have been|you are|that was) (great|helpful|wonderful|a great help)
(that is|you have done) (plenty|more than enough)
"""
"""To "anything else?": nothing more."""

FOR_NOW = """
for now
now
today
"""
"""Beside them."""

NOT_DONE = """
(i|we) (have|did|do|could|can|was|am) not [done|tried|do|try] [that|it|this] [yet]
(not|never) [yet|did|done] [that|it|this]
not (yet|at all|really|so far)
(that|it) is not (right|correct|true|so)
(i|we) have not had time
was not able to
(i|we) never (did|have|tried) [that|it|this]
(i|we) do not think so
"""
"""To "have you done it?"."""
