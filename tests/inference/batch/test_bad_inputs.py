"""The list of bad inputs, one case per line (A: texts, B: files, C: identity): one record in, exactly one result out.

The neighbouring modules test faults of a run (D). docs/limits.md says what is not promised.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

import inquit
from inquit.inference.attributor import Attributor
from inquit.inference.batch.options import DuplicateIds, EncodingErrors, ReadOptions
from inquit.inference.batch.parquet_results import from_row, to_batch
from inquit.inference.batch.readers import Inputs
from inquit.inference.batch.result_files import new_writer
from inquit.inference.batch.scoring import ScoreOptions, answer_without_model, needs_model, score_record
from inquit.models.result import ArticleResult
from tests.conftest import SHARED, needs_shared

ROOT = Path(__file__).parent.parent.parent.parent
SAID = "“We will build the bridge,” Mayor Ann Lee said on Monday. "
REPLACE = ReadOptions(encoding_errors=EncodingErrors.REPLACE)
Result = dict[str, Any]


@pytest.fixture(scope="module")
def model() -> Attributor:
    return inquit.load()


def answers(path: Path, model: Attributor, options: ReadOptions | None = None) -> list[Result]:
    """What a run writes for the files in a folder."""
    options = options or ReadOptions()
    score = ScoreOptions(max_chars=options.max_chars)
    lines = (
        score_record(record, model, score) if needs_model(record) else answer_without_model(record)
        for record in Inputs([str(path)], options, allow_empty=True)
    )
    return [json.loads(line) for line in lines]


def outcome(result: Result) -> str:
    """The error code, or the status followed by the warnings."""
    return result["error"]["code"] if "error" in result else " ".join([result["status"], *result["warnings"]])


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def page(body: str, *, head: str = "", encoding: str = "utf-8") -> bytes:
    return f"<html><head><title>T</title>{head}</head><body>{body}</body></html>".encode(encoding)


def article(text: str, *, n: int = 8) -> str:
    return "<article>" + "".join(f"<p>{text} ({i})</p>" for i in range(n)) + "</article>"


def parquet(**columns: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, write_page_checksum=True, compression="none")
    return buffer.getvalue()


GOOD = line(id="good", text=SAID)
FRENCH = "Le ministre a déclaré que la loi était enfin votée. " * 10

CASES: list[tuple[str, dict[str, bytes], ReadOptions, list[str]]] = [
    ("A1 text is null", {"a.jsonl": line(id="x", text=None) + GOOD}, ReadOptions(), ["E_TEXT_MISSING", "ok"]),
    ("A1 text is missing", {"a.jsonl": GOOD + line(id="x")}, ReadOptions(), ["ok", "E_TEXT_MISSING"]),
    ("A1 text is NaN", {"a.jsonl": GOOD + b'{"id": "x", "text": NaN}\n'}, ReadOptions(), ["ok", "E_JSON"]),
    ("A1 null in Parquet", {"a.parquet": parquet(text=["Yes.", None])}, ReadOptions(), ["ok", "E_TEXT_MISSING"]),
    ("A2 empty", {"a.jsonl": line(text="") + line(text=" \n\t")}, ReadOptions(), ["ok W_EMPTY"] * 2),
    ("A2 nothing but a byte order mark", {"a.txt": b"\xef\xbb\xbf"}, ReadOptions(), ["ok W_EMPTY"]),
    ("A2 an empty cell", {"a.csv": b'id,text\na,""\n'}, ReadOptions(), ["ok W_EMPTY"]),
    ("A3 a number", {"a.jsonl": GOOD + line(text=7)}, ReadOptions(), ["ok", "E_TEXT_TYPE"]),
    ("A3 a list", {"a.jsonl": GOOD + line(text=["a"])}, ReadOptions(), ["ok", "E_TEXT_TYPE"]),
    ("A3 an object", {"a.jsonl": GOOD + line(text={"a": 1})}, ReadOptions(), ["ok", "E_TEXT_TYPE"]),
    ("A4 a bad byte in a text", {"a.txt": b"caf\xe9 said"}, ReadOptions(), ["E_ENCODING"]),
    ("A4 a bad byte, replaced", {"a.txt": b"caf\xe9 said"}, REPLACE, ["partial W_ENCODING_REPLACED"]),
    ("A4 in JSON", {"a.jsonl": b'{"text": "caf\xe9"}\n' + GOOD}, ReadOptions(), ["E_ENCODING", "ok"]),
    ("A4 in JSON, replaced", {"a.jsonl": b'{"text": "caf\xe9"}\n'}, REPLACE, ["partial W_ENCODING_REPLACED"]),
    ("A4 in CSV", {"a.csv": b"text\ncaf\xe9\nyes\n"}, ReadOptions(), ["E_ENCODING", "ok"]),
    ("A4 in CSV, replaced", {"a.csv": b"text\ncaf\xe9\n"}, REPLACE, ["partial W_ENCODING_REPLACED"]),
    (
        "A5 a page in cp1250 that declares utf-8",
        {"a.html": page(article(FRENCH), head='<meta charset="utf-8">', encoding="cp1250")},
        ReadOptions(),
        ["ok W_ENCODING_GUESSED W_LANG"],
    ),
    (
        "A5 a page in the encoding that it declares",
        {"a.html": page(article(FRENCH), head='<meta charset="windows-1252">', encoding="cp1252")},
        ReadOptions(),
        ["ok W_LANG"],
    ),
    (
        "A5 a page in cp1252 that declares in ASCII that it is in UTF-16",
        {
            name: page(article(FRENCH) + space, head='<meta charset="utf-16">', encoding="cp1252")
            for name, space in (("even.html", ""), ("odd.html", " "))
        },
        ReadOptions(),
        ["ok W_ENCODING_GUESSED W_LANG"] * 2,
    ),
    ("A6 a byte order mark", {"a.jsonl": b"\xef\xbb\xbf" + GOOD}, ReadOptions(), ["ok"]),
    ("A7 UTF-16 with a mark", {"a.txt": SAID.encode("utf-16")}, ReadOptions(), ["ok"]),
    ("A7 UTF-16 without one", {"a.txt": SAID.encode("utf-16-le")}, ReadOptions(), ["E_ENCODING"]),
    ("A7 UTF-16 that is cut off", {"a.txt": SAID.encode("utf-16")[:-1]}, ReadOptions(), ["E_ENCODING"]),
    ("A8 a lone surrogate", {"a.jsonl": line(text="\ud83d said") + GOOD}, ReadOptions(), ["E_ENCODING", "ok"]),
    ("A8 replaced", {"a.jsonl": line(text="\ud83d said")}, REPLACE, ["partial W_ENCODING_REPLACED"]),
    ("A8 beside a bad byte, replaced", {"a.jsonl": b'{"title": "\\ud83d", "text": "caf\xe9"}\n' + GOOD}, REPLACE, ["partial W_ENCODING_REPLACED", "ok"]),
    ("A8 in metadata", {"a.jsonl": line(text="Yes.", metadata={"title": "\ud83d"}) + GOOD}, ReadOptions(), ["E_ENCODING", "ok"]),
    ("A8 in metadata, replaced", {"a.jsonl": line(text="Yes.", metadata={"title": "\ud83d"})}, REPLACE, ["partial W_ENCODING_REPLACED"]),
    ("A8 in metadata beside a bad byte, replaced", {"a.jsonl": b'{"metadata": {"title": "\\ud83d"}, "text": "caf\xe9"}\n' + GOOD}, REPLACE, ["partial W_ENCODING_REPLACED", "ok"]),
    ("A8 in the id", {"a.jsonl": line(id="\ud83d", text="Yes.")}, ReadOptions(), ["E_ENCODING"]),
    ("A24 too long", {"a.txt": b"x" * 101}, ReadOptions(max_chars=100), ["E_TOO_LONG"]),
    ("A26 another language", {"a.txt": FRENCH.encode()}, ReadOptions(), ["ok W_LANG"]),
    ("B2 a pipe, a socket, a loop and a device in a folder", {"a.jsonl": GOOD}, ReadOptions(), ["ok"]),
    ("B3 PDF", {"a.txt": b"%PDF-1.7 \xff"}, ReadOptions(), ["E_FORMAT"]),
    ("B3 XLSX named .csv", {"a.csv": b"PK\x03\x04rest"}, ReadOptions(), ["E_FORMAT"]),
    ("B3 a picture named .jsonl", {"a.jsonl": b"\x89PNG\r\n"}, ReadOptions(), ["E_FORMAT"]),
    ("B4 named gzip, is plain", {"a.jsonl.gz": GOOD}, ReadOptions(), ["ok"]),
    ("B4 named plain, is gzip", {"a.jsonl": gzip.compress(GOOD)}, ReadOptions(), ["ok"]),
    ("B5 gzip cut off", {"a.jsonl.gz": gzip.compress(GOOD)[:-4]}, ReadOptions(), ["ok", "E_TRUNCATED"]),
    ("B5 zstd cut off", {"a.jsonl.zst": zstandard.compress(GOOD)[:-4]}, ReadOptions(), ["E_TRUNCATED"]),
    ("B5 a flipped bit", {"a.jsonl.gz": gzip.compress(GOOD)[:-8] + b"\0" * 8}, ReadOptions(), ["E_DAMAGED"]),
    ("B6 a bomb", {"a.txt.gz": gzip.compress(b" " * 60_000_000)}, ReadOptions(max_chars=20_000_000), ["E_BOMB"]),
    ("B6 a smaller one", {"a.txt.gz": gzip.compress(b" " * 40_000_000)}, ReadOptions(), ["E_TOO_LONG"]),
    ("B7 a broken line", {"a.jsonl": b'{"text": \n' + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B7 blank lines", {"a.jsonl": b"\n\n" + GOOD + b" \n"}, ReadOptions(), ["ok"]),
    ("B7 a trailing comma", {"a.jsonl": line(id="x", text="Yes.").strip() + b",\n" + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B7 two objects a line", {"a.jsonl": GOOD.strip() + GOOD + line(text="Yes.")}, ReadOptions(), ["E_JSON", "ok"]),
    ("B7 an array", {"a.json": b"[" + GOOD + b",5," + line(text="Yes.") + b"]"}, ReadOptions(), ["ok", "E_JSON", "ok"]),
    ("B5 an array cut off between two objects", {"a.json": b"[" + GOOD + b",\n"}, ReadOptions(), ["ok", "E_TRUNCATED"]),
    ("B5 an array cut off in an object", {"a.json": b"[" + GOOD + b',{"text": "a'}, ReadOptions(), ["ok", "E_JSON"]),
    ("B3 gzip in gzip", {"a.txt.gz": gzip.compress(gzip.compress(GOOD))}, REPLACE, ["E_FORMAT"]),
    ("B7 a line that is not an object", {"a.jsonl": GOOD + b'"text"\n[1]\n'}, ReadOptions(), ["ok", "E_JSON", "E_JSON"]),
    ("B8 a line of 10 MB", {"a.jsonl": line(id="x", text="Yes. ", more="x" * 10**7)}, ReadOptions(), ["ok"]),
    ("B8 above the limit", {"a.jsonl": line(text="x" * 2_000_000) + GOOD}, ReadOptions(max_chars=1000), ["E_TOO_LONG", "ok"]),
    ("B9 a key that occurs twice", {"a.jsonl": b'{"text": "a", "text": "b"}\n' + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B9 a key that also occurs as a value, replaced", {"a.jsonl": b'{"type": "text", "text": "caf\xe9"}\n' + GOOD}, REPLACE, ["partial W_ENCODING_REPLACED", "ok"]),
    ("B9 deep nesting", {"a.jsonl": b'{"text": ' + b"[" * 100_000 + b"\n" + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B9 deep, and the key occurs twice", {"a.jsonl": b'{"x":' * 1000 + b'{"text":1,"y":{"text":2}}' + b"}" * 1000 + b"\n" + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B9 an endless number", {"a.jsonl": b'{"id": "x", "text": 1' + b"0" * 400 + b"}\n" + GOOD}, ReadOptions(), ["E_JSON", "ok"]),
    ("B11 a long field", {"a.csv": b"text\n" + b"x" * 200_000 + b"\n"}, ReadOptions(), ["ok"]),
    ("B12 a line break in a field", {"a.csv": b'text,id\n"a\nb",1\n'}, ReadOptions(), ["ok"]),
    ("B12 a stray quote", {"a.csv": b'text,id\n"a"b,1\nc,2\n'}, ReadOptions(), ["E_CSV", "ok"]),
    ("B12 a quote that is never closed", {"a.csv": b'text,id\na,1\n"b,2\nc,3\n'}, ReadOptions(), ["ok", "E_CSV"]),
    ("B12 ragged rows", {"a.csv": b"text,id\na\nb,2,3\nc,4\n"}, ReadOptions(), ["E_CSV", "E_CSV", "ok"]),
    ("B12 blank lines before the header", {"a.csv": b"\r\n\ntext;id\na;1\n", "b.jsonl": GOOD}, ReadOptions(), ["ok", "ok"]),
    ("B12 old Mac line breaks", {"a.tsv": b"id\ttext\ra\tYes.\r", "b.jsonl": GOOD}, ReadOptions(), ["E_CSV", "ok"]),
    ("B12 old Mac line breaks and a delimiter", {"a.csv": b"text;id\rYes.;a\r", "b.jsonl": GOOD}, ReadOptions(delimiter=";"), ["E_CSV", "ok"]),
    ("B12 a header above the limit", {"a.csv": b"text," + b"x" * 2_000_000 + b"\na,b\n", "b.jsonl": GOOD}, ReadOptions(max_chars=1000), ["E_CSV", "ok"]),
    ("B14 Parquet cut off", {"a.parquet": parquet(text=["Yes."])[:-9], "b.jsonl": GOOD}, ReadOptions(), ["E_FORMAT", "ok"]),
    ("B14 not Parquet", {"a.parquet": b"no", "b.jsonl": GOOD}, ReadOptions(), ["E_FORMAT", "ok"]),
    ("B14 zero bytes", {"a.parquet": b"", "b.jsonl": GOOD}, ReadOptions(), ["E_FORMAT", "ok"]),
    ("B15 a flipped bit", {"a.parquet": parquet(text=["Hello"]).replace(b"Hello", b"Jello", 1)}, ReadOptions(), ["E_FORMAT"]),
    ("B17 a year above 9999", {"a.parquet": parquet(text=["Yes.", "No."], date=pa.array([10**7, 0], pa.date32()))}, ReadOptions(), ["E_PARQUET", "ok"]),
    ("B17 a time beyond all years", {"a.parquet": parquet(text=["Yes."], date=pa.array([2**62], pa.timestamp("us"))), "b.jsonl": GOOD}, ReadOptions(), ["E_PARQUET", "ok"]),
    ("B17 an unknown time zone", {"a.parquet": parquet(text=["Yes."], date=pa.array([0], pa.timestamp("us", "Nowhere/Land"))), "b.jsonl": GOOD}, ReadOptions(), ["E_PARQUET", "ok"]),
    ("B18 an empty page", {"a.html": b""}, ReadOptions(), ["ok W_NO_CONTENT W_EMPTY"]),
    ("B18 a page without a body", {"a.html": b"<html></html>"}, ReadOptions(), ["ok W_NO_CONTENT W_EMPTY"]),
    ("B20 a page of 10 MB in one element", {"a.html": page(f"<p>{'x ' * 5_000_000}</p>")}, ReadOptions(), ["E_TOO_LONG"]),
    ("B22 100,000 open elements", {"a.html": b"<div>" * 100_000 + b"Yes."}, ReadOptions(), ["partial W_HTML_DEPTH W_NO_CONTENT W_EMPTY"]),
    (
        "B22 a billion laughs",
        {"a.html": b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 99 + b'">]><html><p>&b;</p></html>'},
        ReadOptions(),
        ["ok W_SHORT"],
    ),
    ("B22 an attribute of 1 MB", {"a.html": page(f'<div title="{"x" * 10**6}"></div>' + article(SAID))}, ReadOptions(), ["ok"]),
    ("B23 binary", {"a.html": bytes(range(256)) * 20}, ReadOptions(), ["ok W_NO_CONTENT W_EMPTY"]),
    ("B25 a paywall stub", {"a.html": page(article("Ann Lee said yes.", n=1))}, ReadOptions(), ["ok W_SHORT"]),
    ("C1 duplicate ids", {"a.jsonl": GOOD * 2}, ReadOptions(duplicate_ids=DuplicateIds.KEEP_FIRST), ["ok", "skipped W_DUPLICATE_ID"]),
    ("C2 one text, two ids", {"a.jsonl": line(id="a", text=SAID) + line(id="b", text=SAID)}, ReadOptions(), ["ok", "ok"]),
    ("C3 no id, null, NaN", {"a.jsonl": line(text="1") + line(id=None, text="2"), "b.parquet": parquet(id=[float("nan")], text=["3"])}, ReadOptions(), ["ok"] * 3),
    ("C3 an object for an id", {"a.jsonl": line(id={"a": 1}, text="1")}, ReadOptions(), ["E_ID_TYPE"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "options", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_bad_input_has_its_outcome(
    tmp_path: Path, model: Attributor, files: dict[str, bytes], options: ReadOptions, expected: list[str]
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as unix_socket:
        unix_socket.bind(str(tmp_path / "s.txt"))
        results = answers(tmp_path, model, options)
    assert [outcome(result) for result in results] == expected
    for result in results:
        check_contract(result)


def check_contract(result: Result) -> None:
    """Check what holds for every result, and that every output format can represent it."""
    text = result.get("text")
    spans = [span for a in result["attributions"] for part in ("content", "cue", "source") for span in a[part]]
    assert not spans or all(0 <= start < end <= len(text) for start, end in spans)
    if "error" in result:
        assert result["error"]["stage"] in ("open", "read", "score")
        assert result["input"]["path"] in result["error"]["message"] or result["id"] in result["error"]["message"]
    assert ArticleResult.from_dict(result).id == result["id"]
    assert [from_row(row) for row in to_batch([result]).to_pylist()] == [result]
    assert len(list(csv_rows(result))) == max(1, len(result["attributions"]))


def csv_rows(result: Result) -> Iterator[dict[str, str]]:
    buffer = io.BytesIO()
    writer = new_writer("csv", buffer)  # type: ignore[arg-type]
    writer.write(b"", result)
    yield from csv.DictReader(io.StringIO(buffer.getvalue().decode(), newline=""))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\x00\x01\x07" + SAID, id="A9 controls"),
        pytest.param("One.\r\nTwo.\rThree.\u2028Four.\u2029" + SAID, id="A10 line breaks"),
        pytest.param("“Oui,” said Beyonce\u0301.", id="A11 decomposed letters"),
        pytest.param("👩‍👩‍👧 🇫🇷 👍🏽 𝔘 " + SAID, id="A12 emoji"),
        pytest.param("“We\u200b will\u00ad build,” Ann\u200d Lee sa\u2060id.", id="A13 zero width"),
        pytest.param("\u202e" + SAID + "\u202c שלום", id="A14 right to left"),
        pytest.param("＂We agreed,＂ said Ann Lee. ,,text'' ``text'' \\\"yes\\\" &quot;no&quot;", id="A15 odd quotes"),
        pytest.param("« Oui », said Ann. „Ja“, »nein«, 「はい」, „tak”.", id="A16 guillemets"),
        pytest.param("“We agreed, said Ann Lee.\n\nShe left.", id="A17 unclosed"),
        pytest.param("“One,” said Ann.\n\n“Two.\n\n“Three.”", id="A18 several paragraphs"),
        pytest.param("The '90s, 6'2\", O'Neill, ’tis.", id="A19 apostrophes"),
        pytest.param("“‘" * 60 + "a" + "’”" * 60, id="A20 nested quotes"),
        pytest.param("“" * 240_000, id="A21 240,000 opening quotes"),
        pytest.param('"' + " " * 28 + "x", id="A22 spaces after a quote"),
        pytest.param("x" * 50_000, id="A23 a long word"),
        pytest.param('"' * 200_000, id="A23 many quotes"),
        pytest.param("\n" * 200_000, id="A23 many line breaks"),
        pytest.param("Home | News | Sport\n3:1 (1:0)\nfor i in x: print(i)\nbG9yZW0gaXBzdW0=", id="A27 not an article"),
        pytest.param("ANN LEE: WE AGREED. INTERVIEWER: WHEN? well she said yes i think", id="A28 a transcript"),
        pytest.param("She said yes. He denied it. Yerevan agreed.", id="A29 nobody to find"),
        pytest.param("“{{7*7}}” said <script>alert(1)</script> javascript:x", id="A30 code"),
    ],
)
def test_any_text_is_kept_and_scored(tmp_path: Path, model: Attributor, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8", newline="")
    (result,) = answers(tmp_path, model)
    assert (result["status"], result["text"]) == ("ok", text)
    check_contract(result)


def test_an_unclosed_quotation_is_told(tmp_path: Path, model: Attributor) -> None:
    """A17"""
    (tmp_path / "a.txt").write_text("“We agreed, said Ann Lee.\n\nShe left.", encoding="utf-8")
    (result,) = answers(tmp_path, model)
    assert outcome(result) == "ok W_UNBALANCED_QUOTE"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        pytest.param("“‘" * 60 + "a" + "’”" * 60, "W_DEPTH", id="A20 nested quotes"),
        pytest.param("LEE: WE AGREED.\nHOST: WHEN?\nLEE: IN MAY.\nHOST: WHY?", "W_STYLE", id="A28 a transcript"),
    ],
)
def test_what_is_read_less_well_is_flagged(tmp_path: Path, model: Attributor, text: str, warning: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (result,) = answers(tmp_path, model)
    assert outcome(result) == f"ok {warning}"


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_is_no_formula_in_csv(cell: str) -> None:
    """A30, and A9: NUL is replaced by a visible character, since many CSV readers end a cell there."""
    attribution = {
        "id": "t0",
        "content": [[0, 1]],
        "cue": [],
        "source": [[0, len(cell)]],
        "text": cell + "\0",
        "speaker": None,
    }
    result = {"id": cell, "status": "ok", "text": cell, "attributions": [attribution], "warnings": []}
    (row,) = csv_rows(result)
    assert (row["article_id"], row["source"], row["content"]) == (f"'{cell}", f"'{cell}", f"'{cell}␀")


def test_what_came_before_a_cut_is_scored_and_the_message_says_where(tmp_path: Path, model: Attributor) -> None:
    """B5, K2"""
    lines = b"".join(line(id=f"a{i}", text=f"{i} {os.urandom(50).hex()}") for i in range(100))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines)[:-2000])
    *scored, last = answers(tmp_path, model)
    assert [result["id"] for result in scored] == [f"a{i}" for i in range(len(scored))]
    assert len(scored) > 20
    assert outcome(last) == "E_TRUNCATED"
    assert "bytes of content" in last["error"]["message"]


def test_what_is_no_number_cannot_be_written() -> None:
    """B10"""
    from inquit.inference.batch.scoring import encode

    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            encode({"x": number})


def test_a_giant_row_group_is_read_batch_by_batch(tmp_path: Path) -> None:
    """B17"""
    (tmp_path / "a.parquet").write_bytes(parquet(text=pa.array(["Yes."] * 5_000, pa.string_view())))
    inputs = Inputs([str(tmp_path)], ReadOptions())
    assert inputs.survey() == 5_000


def test_text_in_deep_elements_is_kept(tmp_path: Path, model: Attributor) -> None:
    """B19: lxml loses text more than 256 elements deep unless told otherwise."""
    (tmp_path / "a.html").write_bytes(page("<div>" * 300 + article(SAID) + "</div>" * 300))
    (result,) = answers(tmp_path, model)
    assert SAID.strip() in result.get("text", "") or "W_HTML_DEPTH" in result["warnings"]


def test_offsets_refer_to_the_text_that_was_found_in_the_page(tmp_path: Path, model: Attributor) -> None:
    """B24, B25: entities and tags are gone, and reader comments below the article are not part of it."""
    body = article(
        "&ldquo;We&nbsp;will <b>build</b> it,&rdquo; Ann Lee said on Monday, as the council met again in town."
    )
    comments = '<div id="comments"><p>“I hate it,” said Troll.</p></div>'
    (tmp_path / "a.html").write_bytes(page(body + comments, head='<meta name="author" content="Kim Roe">'))
    (result,) = answers(tmp_path, model)
    assert "Troll" not in result["text"]
    assert "build" in result["text"]
    assert "<b>" not in result["text"]
    assert result["metadata"]["title"] == "T"
    check_contract(result)


def test_a_file_that_goes_away_is_an_error_record(tmp_path: Path, model: Attributor) -> None:
    """B29"""
    (tmp_path / "a.txt").write_text("x")
    inputs = Inputs([str(tmp_path / "a.txt")], ReadOptions())
    (tmp_path / "a.txt").unlink()
    (record,) = inputs
    assert outcome(json.loads(answer_without_model(record))) == "E_READ"


@pytest.mark.parametrize("name", ["a" * 300, "../../etc/x", "/abs", "C:\\x", "CON", "a\0b", "%2e%2e", "a\nb", "é"])
def test_an_id_is_data_and_never_a_file_name(tmp_path: Path, model: Attributor, name: str) -> None:
    """C3, C4"""
    (tmp_path / "a.jsonl").write_bytes(line(id=name, text="Yes."))
    (result,) = answers(tmp_path, model)
    assert result["id"] == name
    check_contract(result)


def test_a_name_that_is_not_utf8_is_shown_as_well_as_it_can_be(tmp_path: Path, model: Attributor) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"Yes.")
    (result,) = answers(tmp_path, model)
    assert result["id"] == "caf\ufffd"


def test_a_folder_of_many_files_is_read_file_by_file(tmp_path: Path) -> None:
    """B28: the second file is not opened until the first record has been consumed."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    records = iter(Inputs([str(tmp_path)], ReadOptions()))
    assert next(records).content == "a.txt"
    (tmp_path / "b.txt").write_text("changed")
    assert next(records).content == "changed"


@needs_shared
def test_articles_are_found_on_real_pages(model: Attributor) -> None:
    """A5, B24: newspaper pages exactly as they were served."""
    records = list(Inputs([str(SHARED / "data" / "html")], ReadOptions()))
    assert len(records) >= 20
    results = [json.loads(score_record(record, model, ScoreOptions())) for record in records[:4]]
    assert all(result["status"] in ("ok", "partial") for result in results)
    assert all(len(result["text"]) > 500 for result in results)
    assert all(result["metadata"].get("title") for result in results)
    for result in results:
        check_contract(result)
