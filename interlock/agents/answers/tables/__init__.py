"""The words a caller's answer is read by, one idea a file.

One phrase a line. `(a|b)` is either, `[a]` may be left out, `[a|b]` may be left out or either; a line that is set in
goes on with the one before. Phrases are written as people write, and compared in
the plain form of `words.py`: "that's" stands for "that is" and "thats", too.
"""
