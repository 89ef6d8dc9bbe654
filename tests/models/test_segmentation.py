import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquit.models.article import Article, Span
from inquit.models.segmentation import N_WORD_FEATURES, segment, split_paragraphs, split_sentences
from inquit.models.words import word_texts
from tests.conftest import ROOT
from tests.timing import takes_linear_time

TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("\n\r\u2028\u2029\u200b\u00ad\u0301\ufeff\x00👩‍👧\"'“”‘’. ABab")
    ),
    max_size=300,
)


def sentences(text: str) -> list[str]:
    return [s.of(text) for p in split_paragraphs(text) for s in split_sentences(text, p)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Mr. Gray met Sen. Lee in the U.S. Senate.", ["Mr. Gray met Sen. Lee in the U.S. Senate."]),
        ("It cost $3.5 million. Nobody paid.", ["It cost $3.5 million.", "Nobody paid."]),
        ("“Yes.” She left.", ["“Yes.”", "She left."]),
        ("“Stop!” he said. He meant it.", ["“Stop!” he said.", "He meant it."]),
        ("J. K. Rowe wrote it. It sold.", ["J. K. Rowe wrote it.", "It sold."]),
        ("It was Paul's. Ann didn't. So?", ["It was Paul's.", "Ann didn't.", "So?"]),
        ("'J. Gray' met Ann's 'A. Lee' there.", ["'J. Gray' met Ann's 'A. Lee' there."]),
        ("She voted no. Nobody else did.", ["She voted no.", "Nobody else did."]),
        ("It ranks No. 2 in Europe.", ["It ranks No. 2 in Europe."]),
        ("He met her in Washington, D.C. She left.", ["He met her in Washington, D.C.", "She left."]),
        ("It began at 7 p.m. Eastern time.", ["It began at 7 p.m. Eastern time."]),
        ("It began at 7 p.m. The hall was full.", ["It began at 7 p.m.", "The hall was full."]),
        ("It began at 9 a.m. Ministers met.", ["It began at 9 a.m.", "Ministers met."]),
        ("It began at 9 A.M. Friday, or 2 p.m. GMT.", ["It began at 9 A.M. Friday, or 2 p.m. GMT."]),
        ("Brig. Gen. Poe met Lance Cpl. Roe.", ["Brig. Gen. Poe met Lance Cpl. Roe."]),
        ("The Rt. Hon. Ann Lee met Messrs. Poe and Roe.", ["The Rt. Hon. Ann Lee met Messrs. Poe and Roe."]),
        ("Asst. Chief Poe met Mme. Roe on Mt. Hood.", ["Asst. Chief Poe met Mme. Roe on Mt. Hood."]),
        (
            "He lives in Helena, MT. Police left. RT. He said.",
            ["He lives in Helena, MT.", "Police left.", "RT.", "He said."],
        ),
        (
            "Ft. Worth fell. The wall in Ft. Worth is 10 ft. It held.",
            ["Ft. Worth fell.", "The wall in Ft. Worth is 10 ft.", "It held."],
        ),
        (
            "ELY, Minn. (AP) - Police left. He went to Mass. Police left.",
            ["ELY, Minn. (AP) - Police left.", "He went to Mass.", "Police left."],
        ),
        (
            "It ends at 8 p.m. Nov. 5, 9 a.m. AEST or 6 p.m. Rome time.",
            ["It ends at 8 p.m. Nov. 5, 9 a.m. AEST or 6 p.m. Rome time."],
        ),
        ("He fled to Ely, Minn. Police left.", ["He fled to Ely, Minn.", "Police left."]),
        ("Gray Inc. A buyer was found.", ["Gray Inc.", "A buyer was found."]),
        ("The Rev. A. Gray Jr. The end.", ["The Rev. A. Gray Jr.", "The end."]),
        ("He began at 7 p.m. “We left,” she said.", ["He began at 7 p.m.", "“We left,” she said."]),
        ("Gray, a.k.a. The Rock, met (e.g. The Hague) them.", ["Gray, a.k.a. The Rock, met (e.g. The Hague) them."]),
        ("An ex-U.S. Marine and the U.S.-U.K. Treaty.", ["An ex-U.S. Marine and the U.S.-U.K. Treaty."]),
        ("“[U.S. Senate] must act.”", ["“[U.S. Senate] must act.”"]),
        ("É. Zola and J.-P. Martin met A. Gray.", ["É. Zola and J.-P. Martin met A. Gray."]),
        ("A Green Light From The U.S. And Iran.", ["A Green Light From The U.S. And Iran."]),
        ("U.S. In Talks With Iran.", ["U.S. In Talks With Iran."]),
        ("The U.S. A-10 jets left.", ["The U.S. A-10 jets left."]),
        ("He fought in World War I. The wound healed.", ["He fought in World War I.", "The wound healed."]),
        ("They meet on Feb. 5 in Rome.", ["They meet on Feb. 5 in Rome."]),
        ("Wait… what? Yes.", ["Wait… what?", "Yes."]),
        ("A headline without a stop", ["A headline without a stop"]),
    ],
)
def test_sentences_are_found(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.skipif(shutil.which("localedef") is None, reason="needs localedef")
def test_a_program_in_another_language_finds_the_same_sentences(tmp_path: Path) -> None:
    language = tmp_path / "de_DE.UTF-8"
    if subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", language], capture_output=True, check=False
    ).returncode:
        pytest.skip("needs the locale definition de_DE")
    program = (
        "import locale; locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8'); from inquit.models.segmentation import *; "
        "text = 'It began at 9 a.m. Monday in Rome.'; whole = Span(0, len(text)); "
        "assert split_sentences(text, whole) == [whole]"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LOCPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


@pytest.mark.parametrize(
    ("text", "n_paragraphs"),
    [
        ("One.\n\nTwo.", 2),
        ("One.\r\n\r\nTwo.", 2),
        ("One.\u2029Two.", 2),
        ("Last week the government of the region also\n\ntold its neighbours to leave.", 1),  # scraped: Lachin corridor
        ("The minister’s talks followed a call with\n\nPrime Minister Lee on Monday.", 1),
        ("Talks end without a deal\n\nThe talks ended on Monday.", 2),
        ("Rents to fall next year, minister says\n\nPrices of homes in Leeds rose by 4% in May.", 2),
        ("A headline of more than fifty characters has no full stop\nThe story starts here.", 2),
        (
            (
                "This line was wrapped by a mail program at some column of\n"
                "its own choosing, which is why Monday and Tuesday and then\n"
                "Wednesday stand at the start of lines and belong to what is\n"
                "before them."
            ),
            1,
        ),
        ("", 0),
        (" \n \n", 0),
    ],
)
def test_paragraphs_are_found(text: str, n_paragraphs: int) -> None:
    assert len(split_paragraphs(text)) == n_paragraphs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FranÃ§ois met PeÃ±a.", ["FranÃ§ois", "met", "PeÃ±a", "."]),  # UTF-8 read as Latin-1
        ("Â£5m, 5Â°C, Â«Bon", ["Â", "£", "5m", ",", "5Â", "°", "C", ",", "Â", "«", "Bon"]),  # symbols stay symbols
        ("SarukhÃ\x83Â¡n", ["SarukhÃ\x83Â¡n"]),  # twice
        ("PeA\u0303±a", ["PeA\u0303±a"]),  # and decomposed
        ("RaphaÃ«l (JosÃ©)", ["RaphaÃ«l", "(", "JosÃ©", ")"]),
        ("«Ã» © 2016 §3 ±2", ["«", "Ã", "»", "©", "2016", "§", "3", "±", "2"]),
        ("Zoë’s e\u0301te\u0301", ["Zoë", "’", "s", "e\u0301te\u0301"]),
    ],
)
def test_words_are_found(text: str, words: list[str]) -> None:
    assert list(word_texts(segment(Article("a", text)))) == words


def test_words_know_their_case_quotation_and_paragraph() -> None:
    document = segment(Article("a", 'He said "NATO is iPhone."\n\nShe left.'))
    words = [document.text[start:end] for start, end in document.words.tolist()]
    quoted = [word for word, is_quoted in zip(words, document.is_quoted.tolist(), strict=True) if is_quoted]
    assert quoted == ['"', "NATO", "is", "iPhone", ".", '"']
    assert document.paragraph_of_word.tolist() == [0] * 8 + [1] * 3
    cases = dict(zip(words, (document.features // 10).tolist(), strict=True))
    assert (cases["said"], cases["He"], cases["NATO"], cases["iPhone"]) == (0, 1, 2, 3)


@given(TEXTS)
def test_segmentation_stays_inside_any_text_and_leaves_it_alone(text: str) -> None:
    article = Article("a", text)
    document = segment(article)
    assert document.article is article
    assert article.text == text
    for container in (document.paragraphs, document.sentences):
        assert all(0 <= span.start < span.end <= len(text) for span in container)
        assert all(a.end <= b.start for a, b in itertools.pairwise(container))
    assert (document.words[:, 0] < document.words[:, 1]).all()
    assert (document.words[1:, 0] >= document.words[:-1, 1]).all()
    assert ((document.features >= 0) & (document.features < N_WORD_FEATURES)).all()
    assert (np.diff(document.paragraph_of_word) >= 0).all()
    assert (document.sentence_of_word >= 0).all()


@given(TEXTS)
def test_every_word_lies_in_its_sentence_and_paragraph(text: str) -> None:
    document = segment(Article("a", text))
    for (start, end), p, s in zip(
        document.words.tolist(), document.paragraph_of_word.tolist(), document.sentence_of_word.tolist(), strict=True
    ):
        assert document.paragraphs[p].start <= start < end <= document.paragraphs[p].end
        assert document.sentences[s].start <= start < end <= document.sentences[s].end


@pytest.mark.parametrize("unit", [".", '."', "J. ", "U.S. ", "a.b"])
def test_sentences_are_found_in_linear_time(unit: str) -> None:
    assert takes_linear_time(lambda text: split_sentences(text, Span(0, len(text))), unit)
