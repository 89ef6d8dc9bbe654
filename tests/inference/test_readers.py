import gzip
from pathlib import Path

import pytest

from inquit.inference.readers import InputError, ReadOptions, read_inputs
from inquit.models.article import Article
from inquit.models.result import ArticleResult

OPTIONS = ReadOptions()


def read(path: Path, options: ReadOptions = OPTIONS) -> list[Article | ArticleResult]:
    return list(read_inputs([str(path)], options, allow_empty=True))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Plain.", "Plain."),
        (b"", ""),
        (b"\xef\xbb\xbfA mark in front.", "A mark in front."),
        ("UTF-16 “yes”".encode("utf-16"), "UTF-16 “yes”"),
        (b"One\r\ntwo\rthree\n", "One\r\ntwo\rthree\n"),
        (b"A\x00B", "A\x00B"),
        ("e\u0301 👩‍👧".encode(), "e\u0301 👩‍👧"),
    ],
)
def test_text_files_keep_their_text(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "a.b.txt").write_bytes(content)
    (article,) = read(tmp_path / "a.b.txt")
    assert article == Article("a.b", text)


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"caf\xe9 said", "E_ENCODING", "byte 0xe9 at byte 3"),
        (b"%PDF-1.7 ...\xff", "E_FORMAT", "got a PDF file"),
        (b"PK\x03\x04rest", "E_FORMAT", "zip archive"),
        (b"\x00\x01\xff\xfe\x00binary", "E_FORMAT", "binary"),
        (gzip.compress(b"a long article " * 99)[:-9], "E_TRUNCATED", "damaged or cut"),
    ],
)
def test_what_is_no_text_becomes_an_error_record(tmp_path: Path, content: bytes, code: str, message: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    (record,) = read(tmp_path / "a.txt")
    assert isinstance(record, ArticleResult)
    assert record.id == "a"
    assert record.error is not None
    assert record.error.code == code
    assert message in record.error.message


def test_gzip_is_told_by_its_content_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"Yes."))
    (tmp_path / "b.txt.gz").write_bytes(b"No.")
    assert read(tmp_path) == [Article("a", "Yes."), Article("b", "No.")]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (b'{"id": "x", "text": ', "E_JSON", "line 2"),
        (b"[1, 2]", "E_JSON", "wanted a JSON object, got list"),
        (b'{"id": "x"}', "E_TEXT_MISSING", "--text-field"),
        (b'{"id": "x", "text": null}', "E_TEXT_MISSING", "no text in field 'text'"),
        (b'{"id": "x", "text": 7}', "E_TEXT_TYPE", "got int"),
        (b'{"id": "x", "text": ["a"]}', "E_TEXT_TYPE", "got list"),
        (b'{"id": "x", "text": "\\ud83d said"}', "E_ENCODING", "surrogate"),
        (b'{"id": "x", "text": "caf\xe9"}', "E_ENCODING", "line 2"),
        (b'{"id": "x", "text": NaN}', "E_JSON", "line 2"),
        (b'{"text": ' + b"[" * 100_000, "E_JSON", "line 2"),
    ],
)
def test_a_bad_line_is_one_error_record_among_good_ones(tmp_path: Path, line: bytes, code: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1, "text": "One."}\n' + line + b'\n\n{"text": "Three."}\n')
    first, bad, third = read(path)
    assert first == Article("1", "One.")
    assert isinstance(third, Article)
    assert len(third.id) == 16
    assert isinstance(bad, ArticleResult)
    assert bad.error is not None
    assert (bad.error.code, bad.id in ("x", "a.jsonl:2")) == (code, True)
    assert message in bad.error.message


def test_a_json_array_is_read_item_by_item(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": "a", "text": "One."}, 5]')
    article, bad = read(tmp_path / "a.json")
    assert article == Article("a", "One.")
    assert isinstance(bad, ArticleResult)


def test_fields_can_be_named_and_metadata_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"key": "k", "body": "One.", "title": "T"}\n')
    options = ReadOptions(text_field="body", id_field="key")
    assert read(tmp_path / "a.jsonl", options) == [Article("k", "One.", {"title": "T"})]


def test_a_long_article_is_refused_not_cut(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x" * 11)
    (record,) = read(tmp_path / "a.txt", ReadOptions(max_chars=10))
    assert isinstance(record, ArticleResult)
    assert record.error is not None
    assert record.error.code == "E_TOO_LONG"
    assert "11 characters, the limit is 10" in record.error.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "no such file"),
        ("*.txt", "no glob that matches"),
        ("empty", "holds no file ending in"),
        ("a.docx", "wanted a file ending in"),
        ("link.txt", "leads nowhere"),
        ("pipe", "not a regular file"),
    ],
)
def test_input_that_is_not_there_is_an_error_at_once(tmp_path: Path, name: str, message: str) -> None:
    import os

    (tmp_path / "empty").mkdir()
    (tmp_path / "a.docx").write_bytes(b"PK")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=message):
        read_inputs([str(tmp_path / name)], OPTIONS)


def test_no_articles_at_all_is_an_error_unless_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n\n")
    with pytest.raises(InputError, match="0 articles"):
        list(read_inputs([str(tmp_path)], OPTIONS))
    assert read(tmp_path) == []


def test_folders_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        (tmp_path / name).write_text("x")
    assert [item.id for item in read(tmp_path)] == ["a", "b", "c"]
