"""The encoder: one state per word, shared by all heads. Runs on onnxruntime: one thread, one window at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from inquit.models.pieces import Pieces, Window, WindowConfig, keep_words, plan_windows, split_into_pieces
from inquit.models.segmentation import Document, Floats, Ints

_SLOW_FUSIONS = ["SkipLayerNormFusion"]
"""Fusions that make onnxruntime slower: the fused kernel adds and normalises one number at a time, but the two nodes
that it replaces are vectorised. It costs a tenth of the network's time (onnxruntime 1.32, AVX-512)."""


class PieceEncoder(Protocol):
    """A function that runs the network on one window."""

    def __call__(self, ids: Ints, features: Ints, rows: Ints) -> Floats:
        """Read one window.

        Args:
            ids, features: piece ids and word features, shape (n_pieces,) each.
            rows: indices of the pieces whose states are wanted.

        Returns:
            shape (n_rows, n_hidden).
        """


class OnnxEncoder:
    """A network in an ONNX file with inputs ``ids``, ``features`` and ``rows`` and output ``states``.

    The scale of the quantised activations depends on everything in a call. With one window per call, never padded, an
    article gets the same result in any batch.
    """

    def __init__(self, path: Path, *, n_threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The arena keeps the peak memory allocated, which the window size bounds; without it a call takes 2 % longer.
        options.enable_cpu_mem_arena = True
        # On processors with AVX2 but no VNNI, sums of two 8-bit products would saturate at 16 bits. This prevents it, so
        # that results are almost the same as elsewhere; it takes a tenth longer there, and nothing where there is VNNI.
        options.add_session_config_entry("session.x64quantprecision", "1")
        self._session = onnxruntime.InferenceSession(
            path.read_bytes(),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=_SLOW_FUSIONS,
        )

    def __call__(self, ids: Ints, features: Ints, rows: Ints) -> Floats:
        (states,) = self._session.run(["states"], {"ids": ids[None], "features": features[None], "rows": rows})
        read: Floats = np.asarray(states, dtype=np.float32)[0]
        return read


class Encoder:
    """Turns a document into word states: tokenizer, windows and network together."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        network: PieceEncoder,
        *,
        special: tuple[int, int],
        n_hidden: int,
        window: WindowConfig,
    ) -> None:
        """``special`` holds the ids of the pieces that start and end a window."""
        self._tokenizer = tokenizer
        self._network = network
        self._special = special
        self._n_hidden = n_hidden
        self._window = window

    def encode(self, document: Document) -> tuple[Document, Floats]:
        """Encode a document window by window.

        Returns:
            the document without the words that the tokenizer drops, and a state for each remaining word, shape
            (n_words, n_hidden). A window without a letter or digit has nothing to find: its states are zeros.
        """
        pieces = split_into_pieces(document, self._tokenizer)
        states = self._encode_pieces(pieces)
        document = pieces.document
        if document.turn_labels:
            # Under a label the network takes the whole turn for one content, and misses what is reported in it.
            is_said = ~document.is_label
            states[is_said] = self._encode_pieces(split_into_pieces(keep_words(document, is_said), self._tokenizer))
        return document, states

    def _encode_pieces(self, pieces: Pieces) -> Floats:
        states = np.zeros((len(pieces.first_piece), self._n_hidden), dtype=np.float32)
        for window in plan_windows(pieces, self._window):
            first, stop = np.searchsorted(pieces.first_piece, [window.core_start, window.core_stop])
            if first == stop or not _holds_text(pieces, int(first), int(stop)):
                continue
            rows = pieces.first_piece[first:stop] - window.start + 1
            states[first:stop] = self._read(pieces, window, rows)
        return states

    def _read(self, pieces: Pieces, window: Window, rows: Ints) -> Floats:
        n_pieces = window.stop - window.start
        ids = np.empty(n_pieces + 2, dtype=np.int64)
        ids[0], ids[-1] = self._special
        ids[1:-1] = pieces.ids[window.start : window.stop]
        features = np.zeros(n_pieces + 2, dtype=np.int64)
        features[1:-1] = pieces.document.features[pieces.word_of_piece[window.start : window.stop]]
        return self._network(ids, features, rows)


def _holds_text(pieces: Pieces, first: int, stop: int) -> bool:
    words = pieces.document.words
    return any(character.isalnum() for character in pieces.document.text[words[first, 0] : words[stop - 1, 1]])
