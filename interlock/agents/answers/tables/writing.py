"""How recognisers write one and the same word."""

SOUNDS = {
    "mmhm": "mm-hm mm-hmm mmhm mmhmm mhm mhmm m-hm hm-hm mm-hum um-hum um-hmm mm-mhm",
    "uhhuh": "uh-huh uhhuh ah-hah aha uh-hum",
    "nuhuh": "uh-uh nuh-uh nuhuh unh-unh nah-ah mm-mm uh-un",
}
"""Sounds that answer, with their writings; also written in two words, but for those in `ONLY_HYPHENED`."""

ONLY_HYPHENED = frozenset({"uh-uh", "mm-mm"})
"""In two words they are a hesitation said twice."""

SPELLINGS = {
    "alright": "all right",
    "alrighty": "all right",
    "allright": "all right",
    "cannot": "can not",
    "cant": "can not",
    "wont": "will not",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "havent": "have not",
    "wouldnt": "would not",
    "couldnt": "could not",
    "shouldnt": "should not",
    "aint": "is not",
    "dunno": "do not know",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "lemme": "let me",
    "kinda": "kind of",
    "sorta": "sort of",
    "gimme": "give me",
    "im": "i am",
    "ive": "i have",
    "its": "it is",
    "thats": "that is",
    "theres": "there is",
    "whats": "what is",
    "wheres": "where is",
    "whos": "who is",
    "hows": "how is",
    "thatll": "that will",
    "itll": "it will",
    "thatd": "that would",
    "youre": "you are",
    "youve": "you have",
    "theyre": "they are",
    "lets": "let us",
    "everythings": "everything is",
    "nevermind": "never mind",
    "thankyou": "thank you",
    "nothin": "nothing",
    "ok": "okay",
    "kay": "okay",
    "okey": "okay",
    "okie": "okay",
    "dokie": "doke",
    "dokey": "doke",
    "yea": "yeah",
    "yeh": "yeah",
    "ya": "yeah",
    "yah": "yeah",
    "yessir": "yes sir",
    "authorise": "authorize",
    "s'alright": "it is all right",
    "ma'am": "madam",
    "maam": "madam",
    "mam": "madam",
    "o'clock": "oclock",
    "y'all": "you all",
    "ain't": "is not",
    "can't": "can not",
    "won't": "will not",
    "let's": "let us",
    "shan't": "shall not",
}
"""Writings of one word as the words they stand for."""

ENDINGS = {
    "n't": " not",
    "'ll": " will",
    "'ve": " have",
    "'re": " are",
    "'m": " am",
    "'d": " would",
    "'s": " is",
}
"""What the ends of short forms stand for. "Anna's" becomes "Anna is": nothing here turns on whose something is."""

NUMBERS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen
nineteen twenty
"""
"""Number words, as the figures they are compared as when a caller repeats them."""
