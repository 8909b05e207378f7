"""Yes, in the words of many callers; which of them, for which kind of question."""

FIRM = """
yes
[oh] (yeah|yep|yup|aye|yebo)
mmhm
uhhuh
(absolutely|definitely|certainly|indeed|affirmative|totally|naturally|surely|undoubtedly|obviously)
(absolutely|definitely|certainly) (yes|so)
[yes] of course [yes]
[yes] by all means
[yes] for sure
[a|one|100] [hundred|100] percent
most (definitely|certainly)
without (a|any) doubt
no doubt [about it]
no question [about it]
you bet
you betcha
(hell|heck) (yes|yeah)
(i|we) [do|can|would] (agree|concur) [to that|with that|to it]
agreed
(i|we) am sure
yes i am sure
"""
"""To any question."""

GO_AHEAD = """
[please|kindly|you can|you may|you could] go [right] ahead [and do (it|that|so)] [then]
[please|kindly] proceed [with (it|that|this)]
go for it
[please|kindly|just] do (it|that|so|this) [for me] [then]
(please|kindly) do
[please|kindly] do the needful
let us (do|take) (it|that|this) [one] [then]
let us go [ahead] [with (that|it|this)] [for it]
let us go for it
let us get (it|that|this) (booked|done|sorted)
make it so
(i|we) (confirm|authorize|approve|accept|consent) [it|that|this|to that|to it]
(i|we) (do|can|hereby) (confirm|authorize|approve|accept|consent) [it|that|this|to that|to it]
[that is|it is|all] (confirmed|approved|accepted|authorized|granted) [to proceed]
(i|we) approve of (that|it|this)
you nailed it
(consider it|that is) (agreed|approved|settled)
i (give|gave) [you] (my|you my) (consent|permission|okay|approval|agreement)
you have [got] my (consent|permission|okay|approval|agreement|blessing)
you (may|can) [do (it|that|so|this)] [go ahead]
(fair enough|good idea|great idea|sounds like a plan|sound like a plan) [yes]
(that|it) is a (good|great|deal) [idea]
deal
(works|fine|good|perfect|great|okay) (for|by|with) (me|us)
(i am|we are|i would be|we would be) [very|really|quite|perfectly|more than] (happy|fine|okay|good|comfortable|
    satisfied) (with|about) (that|it|this)
happy with (that|it|this)
[i am|we are|i would be] [very|more than] happy to
(good|ready) to go
(i am|we are) (ready|good to go|all set|on board)
(i|we) would be [very|so] (grateful|delighted|pleased|glad) [for that]
why not
(i|we) do not see why not
do not see why not
i can not see why not
no (worries|problem|problems|objection|objections|issue|issues) [at all] [from me|from my side|with that|for
    me] go ahead
(it|that) is no (problem|issue) go ahead
not a problem go ahead
(go ahead|yes) no (worries|problem|problems|objection|objections|issue|issues) [at all] [from me|from my side|
    with that|for me]
no no go ahead
(could|can|would|will) you please
please (could|can|would|will) you
(could|can|would|will) you [please|kindly] do (that|it|so|this) [for me]
(could|can) you [please|kindly] go ahead
(would|could) you that would be (great|lovely|good|nice|perfect|kind|wonderful)
"""
"""To an offer, or to what is about to be done as it was read back."""

GO_ON = """
[oh] go on [then]
[please] (continue|carry on)
"""
"""To an offer; to a read-back no more than "read on"."""

WANTING = """
(i|we) will take (it|that|this|that one|this one|them)
(i|we) (would|will|do) [really|very much] (like|love|appreciate|want|need) (that|it|this|that one|to) [very much]
(that|it|this) is [exactly|just|precisely] what (i|we) (want to do|want|wanted|need|needed|would like|am
    looking for|was hoping for|had in mind)
(i|we) (want|need) (that|it|this|that one|to)
that is the one [i want|i wanted|i need|i would like]
[yes] that one
"""
"""That the caller wants it: to an offer, not to one to take it away."""

STATEMENTS = """
(that|it|this|this one|that one|everything|all|all of it|all of that|all of this|that all|it all) (is|sounds|
    looks|seems) [all|very|really|just|absolutely|perfectly|pretty|quite] (fine|good|great|perfect|okay|all
    right|right|correct|lovely|excellent|wonderful|brilliant|fantastic|awesome|ideal|super|nice|cool|delightful|
    amazing|terrific|grand|dandy|sweet|champion|sound)
(that|it|this) will be [just|absolutely|really] (awesome|fine|good|great|perfect|okay|all right|lovely|
    excellent|wonderful|brilliant|nice|ideal)
(that|it|this) would be [just|absolutely|really|very] (fine|good|great|perfect|okay|all right|lovely|excellent|
    wonderful|brilliant|nice|ideal|kind|helpful|appreciated|fantastic|awesome)
(that|it|this) (works|suits|does) [well|fine|great|perfectly|nicely] [for] [me|us] [fine|well|perfectly|nicely|great]
(that|it|this) (will|would) (work|suit) [well|fine|great|perfectly|nicely] [for] [me|us] [fine|well|perfectly|
    nicely|great]
(sounds|looks) [all|very|really|pretty|just] (fine|good|great|perfect|okay|all right|right|lovely|excellent|
    wonderful|brilliant|like a plan)
sound (good|great)
(for me|for us) [it|that] is (good|okay|fine|great|perfect|all right)
(is|am) (good|okay|fine|perfect|great) for me
all (good|fine|perfect|great)
(very|really|pretty|so|quite) (good|well|nice)
"""
"""That something is good: to an offer and to a check."""

PRAISE = """
(perfect|great|excellent|fantastic|wonderful|brilliant|awesome|super|lovely|marvellous|marvelous|splendid|
    amazing|terrific|smashing|ideal|superb)
good
fine
cool
nice
sure [thing]
sure is
all right then
right you are
righto
okay doke
"""
"""A single word of it: agreement to an offer and to a check."""

RIGHT = """
(that|it|this|everything|all|all of it|all of that|all of this|that all|it all) (is|sounds|looks|seems) [all|
    very|quite|really|exactly|absolutely|completely|perfectly|just|entirely|totally|indeed|100 percent|most]
    (correct|right|true|accurate|it|so|spot on)
(these|those|they|both|all|all details|details|all of them|all of those|all the details|the details|my details|
    all of these) are [all|exactly|quite|absolutely] (correct|right|fine|good|accurate|okay)
all (the|my) (details|information|data) (correct|right)
(the|my|all my|all the|that|those|all) (information|details|data|info) (is|are) [all] (correct|right|fine|good|
    accurate|okay)
(correct|right) (details|information)
(correct|exactly|precisely|spot on|bang on|dead on|accurate|true) [correct|right|so|yes]
(absolutely|exactly|totally|completely|perfectly|entirely|quite|all|very|most|everything|percent|certainly|
    definitely|details) (correct|right|true|accurate|so) [yes]
(correct|right) (in|on) (all|every) (points|point|counts|count)
(right on the money|right yes|right yeah|right that is it|right that is correct)
right (you are correct|yes)
that is (me|us)
affirm
that is (my|our|the|my own) (address|name|number|details|one)
you have everything (right|correct)
that is it [exactly|yes]
that is (my|the) [correct|right|full|current] [phone|home|house|street|last|first|mobile] (name|address|number|
    one|details|email|street|date)
(that|it) is how (it|you|i) [is] (spell|spelled|spelt|write|written) [it|that]
(as|just as|just like|exactly as) (you|i) (say|said) [yes]
that is [exactly|just] (what|as) (i|you) said
you [have] (got|have) (it|that|this|them|all|all of it|all of that|everything|it all) [all|exactly|absolutely|
    perfectly] (right|correct|down)
you have [all|got] (it|that|this|them|everything) [all|exactly|absolutely|perfectly] (right|correct)
you [have] got (it|that|everything)
got it [in one|right|all right]
(you are|your) (correct|spot on|absolutely right)
(i|we) (can|do|hereby) (confirm|verify) [it|that|this] [is] [all] [correct|right]
(i|we) confirm [that|it] [is] [all] [correct|right]
(i|we) am sure (it|that) is [all] (right|correct)
no (mistakes|changes|errors|corrections) [needed|necessary|required|from me|at all]
nothing to (change|correct|add|fix)
nothing (needs|wrong) [changing|correcting|with (that|it)]
[i] (could not|can not) be (better|more correct|righter)
all of (it|that|them|this) [yes]
(every bit|every word|everything|everything yes|everything is)
(that|it|everything|all) checks out
checks out
(that|it|this) would be (right|correct)
[all] (that|the) (info|information|data) [you have|you said|you gave] is [all] (right|correct)
everything [that] (you have|you said|you read) is [all] (right|correct)
(yes|yeah|aye) (right|true)
(right|true) (yes|yeah|aye)
"""
"""That what was read back is so."""

A_PART = """
(the|my|that) [correct|right|phone|house|street|home|last|first|full] (name|address|number|spelling|street|
    postcode|email|date) (is|are) [all|also] (correct|right|fine|good|accurate|okay)
"""
"""That one thing of all that was read back is right."""

DO_REMOVE = """
[please|kindly|just|let us|you can|go ahead and|yes|can you|could you] (cancel|remove|delete|scrap) [it|that|
    this|them|that one|this one|it all|the whole thing|the whole] [then|off|completely|all|for me]
[please|kindly|just|let us|go ahead and] (take|call) (it|that|this) off
[please|kindly|just|let us] get rid of (it|that|this)
(i|we) (want|would like|wish|need|have decided) [to] (cancel|remove) [it|that|this]
(i|we) want (it|that|this) (cancelled|canceled|removed|gone)
(i|we) would like (it|that|this) (cancelled|canceled|removed|gone)
(i|we) do not (want|need) (it|that|this) [anymore|any more|any longer]
"""
"""To an offer to take away, where a bare "cancel" is the very thing."""

THERE_IS = """
there (is|are|was)
(i|we) [certainly|really|definitely|sure] (do|can|could|am|are)
(certainly|sure) (do|can)
(it|that) (does|is|smells|stinks)
it stinks
"""
"""The short answer "there is", "I do": only where nothing comes after it."""

IT_IS = """
(it|that|this|all|indeed it) is
(they|these|those|all) are
[it] sure is
(it|that) (does|sounds|looks)
"""
"""The same, to a check."""

IS_GOOD = """
is [very|all] (right|correct|good|great|perfect|fine|okay)
"""
"""Beside a yes, as those say it whose own language needs no "it"."""

I_WOULD = """
(i|we) [really|definitely|certainly|very much] (would|do|will|am|should|can)
(it|that) (is|would|will|does)
you (may|can|could|should)
"""
"""The same, to an offer."""

I_HAVE = """
(i|we) [already|certainly|sure|just] (have|did|had|do|am|can|was) [already]
(sure|already|certainly) (did|have)
(i|we) (did|have done|tried|have tried|did try) (that|it|this|so|those) [already] [yes]
(i|we) have (done|tried) [already]
(done|did|tried) (that|it|this)
[it|that] [is] done
(several|many|two|three|a few) times
(once|twice)
(that|it) is [all] (correct|right|true)
(correct|right|true)
(it|that) (is|does|did|was)
"""
"""The same, to a question about what was done."""

SOMETHING_ELSE = """
[there is|just|only] (one|another) [more|other|last] (thing|question|doubt|point|issue) [more|else]
[there is] something else
(one|two) more [things|questions]
[i|we] [also] have (another|one more|a|one|an) [other] (question|doubt|thing|issue|problem|request)
there (is|are) [actually]
(i|we) (do|have|would)
actually
one thing
"""
"""To "anything else?"."""

ITS_ACT = """
[please|kindly|just] (book|order|reserve|schedule|arrange|send|place|file|submit) (it|that|this|one|them|me in|
    us in) [in] [for me|for us] [then]
[please|kindly] (book|put) (me|us) (in|down)
(that|the|this) (time|date|day|one) (works|suits|is fine|is good|is okay|suits me|is perfect|will do|will be fine)
(that|it|this) (will|would) do [me|us] [fine|well|perfectly|nicely]
"""
"""The act offered, asked for by its name."""

SMELLS = """
[i|we] [can|do] [really|definitely|already] smell (gas|it|something|that)
it [does|really|definitely] (smell|smells|stinks|stink) [strongly|a lot|bad|really bad] [of|like] [gas]
there is [a|some] [strong|bad|very strong|real] (smell|gas smell|smell of gas|gas|gas leak)
gas smell is there
(strong|very strong|strongly|very bad|bad|quite strong|very strongly) [smell]
[the|my|our] [whole] (kitchen|house|flat|place|room|cellar|basement) (smells|stinks) [of gas]
(a lot|quite a bit|quite strongly|everywhere)
"""
"""That there is a smell, to the question whether there is."""
