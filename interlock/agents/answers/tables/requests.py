"""Asking for something by oneself, in the words of many callers."""

WISHES = """
please
(can|could|will|would) (you|we|somebody|someone)
(can|could|may) i (get|have)
(i|we) (want|need|wish|demand|request|prefer) [to|a|an|the|my|you to]
(i|we) (insist on|ask for)
(i|we) would (like|love|prefer|want) [to|a|an|the|my|you to]
[i will|i would] (take|have) (a|an|the|my)
(i|we) (have|need|got) to
give (me|us)
let us
go ahead
(you|somebody|someone) (can|could|may|should)
have (somebody|someone|them|a colleague)
(i|we) am asking (for|you to)
"""

OPENINGS = """
yes yeah yep okay sure right no well hello hi hey good morning afternoon evening thanks thank you then also now just so
and please actually do oh that is fine great perfect kindly
"""
"""What may stand before an act at the beginning of a clause without making it anything but a request."""

NAMES = """
status policy policies rules number confirmation request requests came arrived is was has will fee fees form date
"""
"""What after it makes the act a thing that is talked about: "refund status"."""

STORIES = """
did does was were has had whether how why when what where which who wondering about tell told said say ask asked cost
costs thinking think unsure know understand hear heard see
"""
"""What before it makes a clause a question, a doubt or a story of the act."""

CONDITIONS = """
if unless until maybe perhaps might possibly before
"""
"""What anywhere beside it keeps something back."""

AGAINST = """
not never no without cannot nobody nothing stop instead rather refuse against
"""
LIGHT = """
a an the my your any of to for it that this me us you want need like would i we be get have having give wish asked ask
ordered do just yet going wanting should must has will shall can could may ever has
"""
"""What may stand between a no and the act it denies: "I do not want you to cancel it"."""

TAKEN_BACK = """
no wait
wait (no|not|a|one)
hold on
hang on
never mind
nevermind
forget (it|that|about it)
actually no
(actually|please|just) not
not (yet|now|today)
let me think
on second thought
[but] (i|we) (am|are) not sure
(changed|change) my mind
leave it
scratch that
"""
"""What takes a request back wherever it stands beside it."""

CLOSINGS = """
me us again ever any more anymore at all please now here this my our number phone line the your list calls call calling
thank thanks you on in future okay for good and
"""
"""What may stand after it where something is to end, without keeping anything of it back."""

FOR_GOOD = """
again ever never more anymore stop list off remove forbid
"""
"""Which make "do not call me" more than an answer to what was asked: for good."""
