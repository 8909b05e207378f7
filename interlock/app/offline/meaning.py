"""How close two sentences are in meaning: all-MiniLM-L6-v2 on onnxruntime, 4 ms a sentence, no network."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from interlock.app.offline.models import minilm, need
from interlock.app.offline.words import polarity

LONGEST = 256
"""Tokens the model was made for; what is longer is cut."""

SHORTEST_CLAUSE = 3
"""Words a part of an utterance needs to be compared on its own: "thanks" inside a complaint is no goodbye."""

NEGATED = 0.2
"""What a "not" on one side only costs: embeddings hardly see it, and "it does not work" is not "it works"."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence's direction, and whether it says yes, no (or not), or neither."""

    vector: Vector
    polarity: bool | None

    def closeness(self, other: "Sentence") -> float:
        """The cosine, less what contradiction costs; a yes and a no are opposites."""
        cosine = float(self.vector @ other.vector)
        if self.polarity == other.polarity:
            return cosine
        if None not in (self.polarity, other.polarity):
            return -1.0
        return cosine - (NEGATED if False in (self.polarity, other.polarity) else 0.0)


class Meaning:
    """Loads the model when made, 0.2 s. Raises `OfflineModelError` when it is not there.

    Example phrases are kept as vectors; what callers say never is.
    """

    def __init__(self, model: Path | None = None) -> None:
        runtime = need("onnxruntime", "the offline brain", "onnxruntime")
        tokenizers = need("tokenizers", "the offline brain", "tokenizers")
        files = minilm(model)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = runtime.InferenceSession(str(files.model), options, providers=["CPUExecutionProvider"])
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.enable_truncation(max_length=LONGEST)
        self._tokenizer.no_padding()
        self._phrase = lru_cache(maxsize=4096)(self._sentence)

    def rank(self, words: str, choices: Sequence[tuple[str, Iterable[str]]]) -> list[tuple[float, str]]:
        """Every choice (its name, its phrases) with its closeness to the words or one of their clauses, best first."""
        parts = [self._sentence(part) for part in _parts(words)]
        scores = [
            (max((part.closeness(self._phrase(p)) for part in parts for p in phrases), default=-1.0), name)
            for name, phrases in choices
        ]
        return sorted(scores, key=lambda its: -its[0])

    def likeness(self, some: Iterable[str], others: Sequence[str]) -> float:
        """How close the two closest of two sets of phrases are."""
        return max((self._phrase(a).closeness(self._phrase(b)) for a in some for b in others), default=-1.0)

    def vector(self, words: str) -> Vector:
        """The direction of the words, 384 numbers of length 1 together; they are not kept."""
        return self._sentence(words).vector

    def _sentence(self, text: str) -> Sentence:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        pooled = self._session.run(None, feeds)[0][0].mean(axis=0)
        return Sentence((pooled / np.linalg.norm(pooled)).astype(np.float32), polarity(text))


def _parts(words: str) -> list[str]:
    clauses = (c.strip() for c in re.split(r"[.,;!?]|\b(?:and|but|because|so)\b", words))
    return [words, *(c for c in clauses if len(c.split()) >= SHORTEST_CLAUSE and c != words)]
