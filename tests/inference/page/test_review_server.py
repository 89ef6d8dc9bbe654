"""The server behind the review page: which requests it answers, and how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inquit.inference.corrections import Corrections
from inquit.inference.writers import read_results

from .sample_results import EMOJI

fastapi = pytest.importorskip("fastapi", reason="the review server needs FastAPI: pip install 'inquit[review]'")
testclient = pytest.importorskip("fastapi.testclient")

TOKEN = "right-token"
CHANGE = {"id": "emoji", "version": 0, "attributions": [], "is_done": True}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[testclient.TestClient]:
    from inquit.inference.review import create_app

    corrections = Corrections([EMOJI], tmp_path / "c.jsonl", reviewer="ann")
    with testclient.TestClient(create_app(corrections, token=TOKEN), base_url="http://127.0.0.1:8000") as client:
        yield client
    corrections.close()


def test_the_page_comes_with_headers_that_keep_it_to_itself(client: testclient.TestClient) -> None:
    response = client.get(f"/{TOKEN}/")
    assert response.status_code == 200
    assert "default-src" in response.text
    headers = response.headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 404),
        ("/wrong-token/", {}, 404),
        ("/wröng/", {}, 404),
        ("/docs", {}, 404),
        ("/openapi.json", {}, 404),
        (f"/{TOKEN}/", {"host": "evil.example"}, 400),
        (f"/{TOKEN}/", {"host": "evil.example:8000"}, 400),
        (f"/{TOKEN}/", {"host": "127.0.0.1.evil.example"}, 400),
        (f"/{TOKEN}/", {"origin": "http://evil.example"}, 403),
        (f"/{TOKEN}/", {"origin": "null"}, 403),
        (f"/{TOKEN}/", {"origin": "http://127.0.0.1:9999"}, 403),
        (f"/{TOKEN}/", {"origin": "http://127.0.0.1:8000"}, 200),
        (f"/{TOKEN}/", {"host": "localhost:8000"}, 200),
    ],
)
def test_only_this_computers_own_page_is_answered(
    client: testclient.TestClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert client.get(path, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/wrong-token/changes", "/wrong-token/undo", "/changes"])
def test_changes_need_the_token(client: testclient.TestClient, path: str) -> None:
    assert client.post(path, json=CHANGE).status_code in (404, 405)
    assert client.get(f"/{TOKEN}/changes?since=0").json()["n_changes"] == 0


def test_a_form_of_another_site_cannot_change_anything(client: testclient.TestClient) -> None:
    # A content type that a cross-site form can send without a preflight request.
    response = client.post(f"/{TOKEN}/changes", content=b'{"id": "emoji"}', headers={"content-type": "text/plain"})
    assert response.status_code == 422


def test_a_change_and_its_undo_are_answered_with_what_the_article_is(client: testclient.TestClient) -> None:
    answer = client.post(f"/{TOKEN}/changes", json=CHANGE)
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    assert answer.json()["correction"]["reviewed_by"] == "ann"
    answer = client.post(f"/{TOKEN}/undo", json={"id": "emoji", "version": 1})
    assert answer.json() == {"id": "emoji", "version": 2, "correction": None}


def test_an_old_version_is_answered_with_the_new_one(client: testclient.TestClient) -> None:
    client.post(f"/{TOKEN}/changes", json=CHANGE)
    answer = client.post(f"/{TOKEN}/changes", json=CHANGE)
    assert answer.status_code == 409
    assert answer.json()["detail"]["current"]["version"] == 1


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 422, "not a change"),
        ([], 422, ""),
        (CHANGE | {"id": "elsewhere"}, 404, "no article 'elsewhere'"),
        (CHANGE | {"id": ["a"]}, 404, "no article"),
        (CHANGE | {"attributions": [{"id": "t0", "content": [[0, 9999]]}]}, 422, "extends beyond the text"),
        (CHANGE | {"attributions": [{"id": "t0", "content": "x"}]}, 422, "not a change"),
    ],
)
def test_a_wrong_change_is_answered_with_a_sentence(
    client: testclient.TestClient, body: object, status: int, message: str
) -> None:
    answer = client.post(f"/{TOKEN}/changes", json=body)
    assert answer.status_code == status
    assert message in str(answer.json()["detail"])


def test_other_tabs_learn_what_changed(client: testclient.TestClient) -> None:
    client.post(f"/{TOKEN}/changes", json=CHANGE)
    answer = client.get(f"/{TOKEN}/changes?since=0").json()
    assert answer["n_changes"] == 1
    assert [state["id"] for state in answer["articles"]] == ["emoji"]
    assert client.get(f"/{TOKEN}/changes?since=1").json()["articles"] == []


def test_the_file_can_be_downloaded(client: testclient.TestClient, tmp_path: Path) -> None:
    client.post(f"/{TOKEN}/changes", json=CHANGE)
    (tmp_path / "copy.jsonl").write_bytes(client.get(f"/{TOKEN}/corrections.jsonl").content)
    assert [label.id for label in read_results(tmp_path / "copy.jsonl")] == ["emoji"]
