"""The readers on files that are as they should be, or nearly so."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from inquit.inference.batch.errors import FieldError, InputError, UsageError
from inquit.inference.batch.options import DuplicateIds, InputFormat, ReadOptions
from inquit.inference.batch.parquet_results import to_batch
from inquit.inference.batch.readers import Inputs
from inquit.inference.batch.record import Page, Record
from inquit.models.result import ArticleResult, ErrorInfo

OPTIONS = ReadOptions()


def read(path: Path, options: ReadOptions = OPTIONS) -> list[Record]:
    return list(Inputs([str(path)], options, allow_empty=True))


def texts(records: list[Record]) -> list[tuple[str, object]]:
    return [(record.id, record.content) for record in records]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Plain.", "Plain."),
        (b"", ""),
        (b"\xef\xbb\xbfA mark in front.", "A mark in front."),
        ("UTF-16 “yes”".encode("utf-16"), "UTF-16 “yes”"),
        ("UTF-32 “yes”".encode("utf-32"), "UTF-32 “yes”"),
        (b"One\r\ntwo\rthree\n", "One\r\ntwo\rthree\n"),
        (b"A\x00B", "A\x00B"),
        ("e\u0301 👩‍👧".encode(), "e\u0301 👩‍👧"),
    ],
)
def test_text_files_keep_their_text(tmp_path: Path, content: bytes, text: str) -> None:
    (tmp_path / "a.b.txt").write_bytes(content)
    assert texts(read(tmp_path / "a.b.txt")) == [("a.b", text)]


JSONL = b'{"id": 1, "text": "One."}\n{"id": "b", "text": "Two.", "title": "T"}\n'
TABLE = "id,text,title\n1,One.,\nb,Two.,T\n"


def parquet(**columns: pa.Array) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", JSONL),
        ("a.ndjson", b"\xef\xbb\xbf" + JSONL),
        ("a.jsonl", b"\n" + JSONL.replace(b"\n", b"\r\n\r\n")),
        ("a.json", b"[" + JSONL.strip().replace(b"\n", b",\n") + b"]"),
        ("a.json", b'{\n "id": 1,\n "text": "One."\n}\n{\n "id": "b", "text": "Two.",\n "title": "T"}'),
        ("a.jsonl.gz", gzip.compress(JSONL[:30]) + gzip.compress(JSONL[30:])),
        ("a.jsonl.gz", gzip.compress(b"\n") + gzip.compress(b"[" + JSONL.strip().replace(b"\n", b",\n") + b"]")),
        ("a.jsonl.zst", zstandard.compress(JSONL)),
        ("a.jsonl.zst", b"\x50\x2a\x4d\x18\x04\0\0\0size" + zstandard.compress(JSONL)),
        ("a", JSONL.decode().encode("utf-16")),
        ("a.csv", TABLE.encode()),
        ("a.csv", TABLE.encode("utf-16")),
        ("a.csv", b"\n \r\n" + TABLE.encode()),
        ("a.csv", TABLE.replace(",", ";").encode()),
        ("a.csv.gz", gzip.compress(TABLE.encode())),
        ("a.tsv", TABLE.replace(",", "\t").encode()),
        ("a.parquet", parquet(id=pa.array(["1", "b"]), text=["One.", "Two."], title=[None, "T"])),
        ("a.parquet", parquet(id=["1", "b"], text=pa.array(["One.", "Two."], pa.large_string()), title=[None, "T"])),
        (
            "a.parquet",
            parquet(id=["1", "b"], text=pa.array(["One.", "Two."]).dictionary_encode(), title=[None, "T"]),
        ),
    ],
)
def test_every_format_gives_the_same_records(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    records = read(tmp_path / name)
    assert texts(records) == [("1", "One."), ("b", "Two.")]
    assert [dict(record.metadata) for record in records] == [{}, {"title": "T"}]


def test_a_record_tells_where_it_stood(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text\n"one\ntwo"\nthree\n')
    assert [str(record.place) for record in read(tmp_path / "a.csv")] == [
        f"{tmp_path}/a.csv line 2",
        f"{tmp_path}/a.csv line 4",
    ]


def test_compression_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"Yes."))
    (tmp_path / "b.txt.gz").write_bytes(b"No.")
    assert texts(read(tmp_path)) == [("a", "Yes."), ("b", "No.")]


def test_suffixes_in_capitals_are_no_part_of_an_id(tmp_path: Path) -> None:
    (tmp_path / "A.TXT.GZ").write_bytes(gzip.compress(b"Yes."))
    (tmp_path / "B.b.Html.zst").write_bytes(zstandard.compress(b"<html><p>No.</p></html>"))
    assert [record.id for record in read(tmp_path)] == ["A", "B.b"]


def test_folders_are_read_in_the_order_of_names_without_what_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", "_manifest.json", "notes.docx"):
        (tmp_path / name).write_text("x")
    assert [record.id for record in read(tmp_path)] == ["a", "b", "sub/c"]


def test_what_a_folder_has_besides_articles_is_counted_by_suffix(tmp_path: Path) -> None:
    for name in ("a.txt", "b.TXT", ".hidden.pdf", "_list.md", "c.pdf", "d.pdf", "e.md", "README"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "sub")
    (tmp_path / "sub" / "out.md").write_text("x")
    inputs = Inputs([str(tmp_path)], OPTIONS, exclude=tmp_path / "sub" / "out.md")
    for _ in range(2):
        assert inputs.survey() == len(list(inputs)) == 2
        assert inputs.left_out == {".pdf": 2, ".md": 1, "no suffix": 1, "a link to a folder": 1}


def test_the_output_in_a_folder_that_is_read_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-000000.jsonl").write_bytes(JSONL)
    (tmp_path / "out.jsonl").write_bytes(JSONL)
    for output in ("out", "out.jsonl"):
        found = [record.id for record in Inputs([str(tmp_path)], OPTIONS, exclude=tmp_path / output)]
        assert len(found) == 3


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("a.jsonl", "a.jsonl"),
        ("a.jsonl", "sub/../a.jsonl"),
        ("a.jsonl", "link.jsonl"),
        ("link.jsonl", "a.jsonl"),
        ("*.jsonl", "a.jsonl"),
        ("sub", "sub"),
    ],
)
def test_the_output_is_never_what_was_named_as_input(tmp_path: Path, name: str, output: str) -> None:
    (tmp_path / "sub").mkdir()
    for path in ("a.jsonl", "sub/b.jsonl"):
        (tmp_path / path).write_bytes(JSONL)
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="is the output as well"):
        Inputs([str(tmp_path / name)], OPTIONS, exclude=tmp_path / output)


def test_globs_and_several_inputs_keep_their_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text(name)
    records = list(Inputs([f"{tmp_path}/c.md", f"{tmp_path}/*.txt"], OPTIONS))
    assert [record.content for record in records] == ["c.md", "a.txt", "b.txt"]


def test_a_named_pipe_is_read_as_it_comes(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(JSONL,))
    thread.start()
    inputs = Inputs([str(tmp_path / "pipe")], OPTIONS)
    assert inputs.survey() is None
    assert texts(list(inputs)) == [("1", "One."), ("b", "Two.")]
    thread.join()


@pytest.mark.parametrize(
    ("content", "input_format", "expected"),
    [
        (b"Only a text.", None, [("stdin", "Only a text.")]),
        (JSONL, None, [("1", "One."), ("b", "Two.")]),
        (TABLE.encode(), InputFormat.CSV, [("1", "One."), ("b", "Two.")]),
        (gzip.compress(JSONL), None, [("1", "One."), ("b", "Two.")]),
    ],
)
def test_standard_input_is_told_by_its_content(
    monkeypatch: pytest.MonkeyPatch, content: bytes, input_format: InputFormat | None, expected: list[tuple[str, str]]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))  # type: ignore[arg-type]
    assert texts(list(Inputs(["-"], ReadOptions(input_format=input_format)))) == expected


def test_a_pipe_may_give_its_bytes_one_by_one(tmp_path: Path) -> None:
    """What it holds is told by its first bytes, however slowly they come."""
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with open(tmp_path / "pipe", "wb", buffering=0) as file:
            for byte in gzip.compress(b'\n{\n"id": "a", "text": "One."\n}'):
                file.write(bytes([byte]))
                time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    assert texts(read(tmp_path / "pipe")) == [("a", "One.")]
    writer.join()


def test_a_long_number_is_an_id_with_all_its_digits(tmp_path: Path) -> None:
    """C3: such as a UUID as a number, which is no other one's id."""
    ids = [2**63, 2**64, 2**128 - 1, 2**128 - 2]
    (tmp_path / "a.jsonl").write_text("".join(f'{{"id": {number}, "text": "Yes."}}\n' for number in ids))
    assert [record.id for record in read(tmp_path / "a.jsonl")] == [str(number) for number in ids]


def test_fields_can_be_named_and_metadata_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"key": "k", "body": "One.", "title": "T", "date": 2024, "tags": ["x"]}\n')
    (record,) = read(tmp_path / "a.jsonl", ReadOptions(text_field="body", id_field="key"))
    assert (record.id, record.content, dict(record.metadata)) == ("k", "One.", {"title": "T", "date": "2024"})


def test_metadata_of_results_is_kept(tmp_path: Path) -> None:
    """What inquit wrote can be scored again."""
    (tmp_path / "a.jsonl").write_text('{"text": "One.", "title": "T", "metadata": {"title": "S", "outlet": "O"}}\n')
    (record,) = read(tmp_path / "a.jsonl")
    assert dict(record.metadata) == {"title": "T", "outlet": "O"}


def test_metadata_of_results_in_parquet_is_kept(tmp_path: Path) -> None:
    result = ArticleResult("a", "One.", metadata={"title": "T", "outlet": "O"})
    pq.write_table(pa.Table.from_batches([to_batch([result.to_dict()])]), tmp_path / "a.parquet")
    (record,) = read(tmp_path / "a.parquet")
    assert dict(record.metadata) == {"title": "T", "outlet": "O"}


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("a.jsonl", b'{"body": "One."}', ReadOptions(), r"has no 'text', it has 'body'; .*--text-field"),
        ("a.csv", b"title,body\nT,One.\n", ReadOptions(), r"has no 'text', it has 'title', 'body'; .*--text-field"),
        ("a.csv", b"One long article,and more\n", ReadOptions(), "has no 'text'"),
        ("a.csv", b"text,text\na,b\n", ReadOptions(), "has 'text' 2 times"),
        ("a.csv", b"text\na\n", ReadOptions(id_field="key"), r"has no 'key'.*--id-field"),
        ("a.parquet", parquet(body=["One."]), ReadOptions(), "has no 'text', it has 'body'"),
        ("a.parquet", parquet(text=[1]), ReadOptions(), "must hold text, but holds int64"),
        ("a.parquet", parquet(text=[b"bytes"]), ReadOptions(), "must hold text, but holds binary"),
    ],
)
def test_a_field_that_is_not_there_is_asked_for_never_guessed(
    tmp_path: Path, name: str, content: bytes, options: ReadOptions, message: str
) -> None:
    """A3, B12, B13"""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FieldError, match=message):
        Inputs([str(tmp_path)], options).survey()


def test_a_survey_lists_every_file_without_the_field(tmp_path: Path) -> None:
    """B16"""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("body\nx\n")
    (tmp_path / "c.csv").write_text("text\nx\n")
    with pytest.raises(FieldError, match=r"a\.csv.*; .*b\.csv"):
        Inputs([str(tmp_path)], OPTIONS).survey()


def twice(path: Path) -> Path:
    path.write_text(
        '{"id": "a", "text": "1"}\n{"id": "a", "text": "2"}\n{"id": "a~2", "text": "3"}\n{"id": "a", "text": "4"}'
    )
    return path


def test_ids_that_come_twice_end_the_run_before_it_begins(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"duplicate ids: 'a' \(.*line 2\).*--dup-ids"):
        Inputs([str(twice(tmp_path / "a.jsonl"))], OPTIONS).survey()


@pytest.mark.parametrize(
    ("policy", "ids", "n_scored"),
    [
        (DuplicateIds.SUFFIX, ["a", "a~2", "a~2~2", "a~3"], 4),
        (DuplicateIds.KEEP_FIRST, ["a", "a", "a~2", "a"], 2),
        (DuplicateIds.REFUSE, ["a", "a", "a~2", "a"], 2),
    ],
)
def test_ids_that_come_twice_follow_the_policy(
    tmp_path: Path, policy: DuplicateIds, ids: list[str], n_scored: int
) -> None:
    records = read(twice(tmp_path / "a.jsonl"), ReadOptions(duplicate_ids=policy))
    assert [record.id for record in records] == ids
    assert sum(isinstance(record.content, str) for record in records) == n_scored


def test_equal_texts_without_ids_are_numbered_not_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Same."}\n' * 3)
    inputs = Inputs([str(tmp_path)], OPTIONS)
    assert inputs.survey() == 3
    first, second, third = (record.id for record in inputs)
    assert (second, third) == (f"{first}~2", f"{first}~3")


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("missing.txt", None, "no such file"),
        ("*.txt", None, "no glob that matches any"),
        ("empty", Path.mkdir, "contains no file ending in"),
        ("link.txt", lambda path: path.symlink_to(path.with_name("nowhere")), "a broken link"),
        ("loop.txt", lambda path: path.symlink_to(path), "a broken link"),
    ],
)
def test_input_that_is_not_there_is_an_error_at_once(
    tmp_path: Path, name: str, make: Callable[[Path], None] | None, message: str
) -> None:
    if make is not None:
        make(tmp_path / name)
    with pytest.raises(InputError, match=message):
        Inputs([str(tmp_path / name)], OPTIONS)


def test_a_terminal_as_standard_input_is_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """B27"""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(UsageError, match="standard input is a terminal"):
        Inputs(["-"], OPTIONS)


PAGE = (
    b"<html><head><title>T</title></head><body><article><p>"
    + b"The council met. " * 30
    + b"</p></article></body></html>"
)


def warc_record(kind: str, body: bytes, *, record_id: str = "<urn:uuid:1>", length: int | None = None) -> bytes:
    content_type = "application/http; msgtype=response" if kind == "response" else "text/plain"
    return (
        (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: {record_id}\r\nWARC-Target-URI: https://example.org/a\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
        ).encode()
        + body
        + b"\r\n\r\n"
    )


def http(body: bytes, *headers: str, content_type: str = "text/html") -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", *headers])
    return head.encode() + b"\r\n\r\n" + body


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize(
    "response",
    [
        http(PAGE),
        http(chunked(PAGE), "Transfer-Encoding: chunked"),
        http(gzip.compress(PAGE), "Content-Encoding: gzip"),
        http(chunked(gzip.compress(PAGE)), "Transfer-Encoding: chunked", "Content-Encoding: gzip"),
        http(PAGE, "Transfer-Encoding: chunked"),
        http(PAGE, f"Content-Length: {'9' * 20}"),
    ],
)
def test_pages_are_found_in_web_archives(tmp_path: Path, response: bytes) -> None:
    archive = warc_record("warcinfo", b"software: x") + warc_record("response", response)
    (tmp_path / "a.warc").write_bytes(archive)
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(archive.replace(b"uuid:1", b"uuid:2")))
    first, second = read(tmp_path)
    assert isinstance(first.content, Page)
    assert first.content.html == PAGE
    assert (first.id, second.id, first.metadata["url"]) == ("1", "2", "https://example.org/a")


@pytest.mark.parametrize(
    ("damaged", "outcome"),
    [
        (warc_record("response", http(PAGE), length=10), "E_WARC"),
        (warc_record("response", http(PAGE), length=len(http(PAGE)) + 40), "E_WARC"),
        (warc_record("response", http(PAGE)).replace(b"Content-Length: ", b"Content-Length: " + b"9" * 5000), "E_WARC"),
        (warc_record("response", b"no HTTP at all"), "E_WARC"),
        (warc_record("response", http(b"\x89PNG", content_type="image/png")), "W_NOT_HTML"),
        (warc_record("revisit", b""), "W_REVISIT"),
    ],
)
def test_a_damaged_record_of_an_archive_does_not_hide_the_next(tmp_path: Path, damaged: bytes, outcome: str) -> None:
    """B26"""
    (tmp_path / "a.warc").write_bytes(damaged + warc_record("response", http(PAGE), record_id="<urn:uuid:2>"))
    first, second = read(tmp_path)
    assert outcome in repr(first.content)
    assert first.place.unit == "byte"
    assert (second.id, type(second.content)) == ("2", Page)


def test_an_archive_that_is_cut_off_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(warc_record("response", http(PAGE))[:-100])
    (record,) = read(tmp_path)
    assert isinstance(record.content, ErrorInfo)
    assert record.content.code == "E_WARC"
