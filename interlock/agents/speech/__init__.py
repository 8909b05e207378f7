"""How a call speaks: a turn's answer, and the voice it is spoken with."""
