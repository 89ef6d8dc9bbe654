import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from inquit.models.article import Article
from inquit.models.pieces import WindowConfig, plan_windows, split_into_pieces
from inquit.models.segmentation import segment

SMALL = WindowConfig(core=16, left=4, right=2)


def make_tokenizer() -> Tokenizer:
    """A tokenizer with pieces for single letters and a word; it drops control characters as BERT does."""
    vocabulary = {"[UNK]": 0} | {piece: i for i, piece in enumerate(["said", *'abcdefghijklmnopqrstuvwxyz".,'], 1)}
    vocabulary |= {f"##{letter}": len(vocabulary) + i for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


TOKENIZER = make_tokenizer()
TEXTS = st.text(st.sampled_from("abc. \n\"'é漢\u0301\x00\u200b👩"), max_size=200)


@given(TEXTS)
def test_every_word_that_is_kept_has_its_piece(text: str) -> None:
    pieces = split_into_pieces(segment(Article("a", text)), TOKENIZER)
    assert len(pieces.first_piece) == len(pieces.document.words)
    assert (pieces.word_of_piece[pieces.first_piece] == range(len(pieces.first_piece))).all()
    assert (pieces.first_piece[1:] > pieces.first_piece[:-1]).all()


@given(TEXTS)
def test_cores_cover_every_piece_once_and_break_at_words(text: str) -> None:
    pieces = split_into_pieces(segment(Article("a", text * 3)), TOKENIZER)
    windows = plan_windows(pieces, SMALL)
    assert [i for w in windows for i in range(w.core_start, w.core_stop)] == list(range(len(pieces.ids)))
    first_pieces = set(pieces.first_piece.tolist())
    for window in windows:
        assert window.stop - window.start <= SMALL.core + SMALL.left + SMALL.right
        assert window.start == max(0, window.core_start - SMALL.left)
        assert window.stop == min(len(pieces.ids), window.core_stop + SMALL.right)
        if window.core_stop - window.core_start < SMALL.core:
            assert window.core_start in first_pieces


def test_cores_end_with_paragraphs_where_they_fit() -> None:
    text = "\n\n".join(["a b c d e f g h i j k l."] * 5)
    pieces = split_into_pieces(segment(Article("a", text)), TOKENIZER)
    starts = [w.core_start for w in plan_windows(pieces, SMALL)]
    assert starts == [0, 13, 26, 39, 52]


@pytest.mark.parametrize(("n_words", "cores"), [(3, [3]), (22, [22]), (23, [20, 3]), (36, [20, 16]), (39, [20, 16, 3])])
def test_the_core_takes_the_room_of_context_that_there_is_not(n_words: int, cores: list[int]) -> None:
    pieces = split_into_pieces(segment(Article("a", "a " * n_words)), TOKENIZER)
    assert [window.core_stop - window.core_start for window in plan_windows(pieces, SMALL)] == cores


@pytest.mark.parametrize("text", ["", " ", "\x00", "\u200b"])
def test_nothing_to_read_has_no_window(text: str) -> None:
    assert plan_windows(split_into_pieces(segment(Article("a", text)), TOKENIZER), SMALL) == []


def test_words_that_the_tokenizer_drops_are_left_out() -> None:
    text = "a \u00ad b"
    document = segment(Article("a", text))
    pieces = split_into_pieces(document, TOKENIZER)
    assert [text[start:end] for start, end in pieces.document.words.tolist()] == ["a", "b"]
    assert len(document.words) == 3
