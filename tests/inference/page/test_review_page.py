"""`inquit review` as a person uses it: the real command, a real browser, and the file on the disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inquit import load
from inquit.inference.writers import read_results
from inquit.models.result import ArticleResult

from .actions import (
    check_corrected_emoji_article,
    correct_emoji_article,
    note,
    open_article,
    select_words,
    set_speaker,
    use_selection,
)
from .sample_results import EMOJI, scored_examples, write_results

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .conftest import Watch

ROOT = Path(__file__).parents[3]
NewPage = Callable[..., "Page"]
playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright: pip install '.[dev]'")
pytest.importorskip("fastapi", reason="the review server needs FastAPI: pip install 'inquit[review]'")


class Server:
    """A running `inquit review`."""

    def __init__(self, results: Path) -> None:
        self.corrections_path = results.with_name("results.corrections.jsonl")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "inquit.cli", "review", str(results), "--by", "Ann"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        match = re.fullmatch(r"Open\s+(http://127\.0\.0\.1:\d+/[\w-]+/)\n", line)
        assert match is not None, line + self.process.stderr.read()
        self.address = match[1]

    def stop(self) -> str:
        """Press Ctrl-C; returns what the command printed then."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=30)[1]

    def corrections(self) -> dict[str, ArticleResult]:
        return {result.id: result for result in read_results(self.corrections_path)}


@pytest.fixture(scope="module")
def server(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    articles = [replace(EMOJI, id=f"emoji-{i}", metadata={"title": f"Article {i:02}"}) for i in range(len(_TITLES))]
    folder = tmp_path_factory.mktemp("review")
    server = Server(write_results([*scored_examples(1), *articles], folder / "results.jsonl"))
    yield server
    server.stop()


_TITLES = {f"Article {i:02}": f"emoji-{i}" for i in range(20)}


@pytest.fixture
def title(server: Server) -> str:
    """The title of an article that no other test has corrected."""
    corrected = server.corrections()
    return next(title for title, article_id in _TITLES.items() if article_id not in corrected)


def wait_until_saved(page: Page) -> None:
    playwright.expect(page.locator("#saved")).to_have_text("All changes saved")


def test_corrections_are_saved_at_once_and_are_there_after_a_reload(
    new_page: NewPage, server: Server, title: str
) -> None:
    page = new_page(server.address)
    open_article(page, title)
    correct_emoji_article(page)
    wait_until_saved(page)
    check_corrected_emoji_article(server.corrections()[_TITLES[title]])
    page.reload()
    page.locator(".note").first.wait_for()
    assert page.locator(".note .who").all_inner_texts() == ["Bo Dahl", "Bo Dahl"]
    assert page.locator(".note .sureness").all_inner_texts() == ["✓ checked", "✓ checked"]


def test_corrections_of_the_page_are_labels_to_retrain_on(
    new_page: NewPage, server: Server, title: str, tmp_path: Path
) -> None:
    """The whole loop with the shipped model: correct in the browser, check, retrain, score with the retrained model."""
    pytest.importorskip("sklearn", reason="retraining needs inquit[retrain]")
    page = new_page(server.address)
    open_article(page, title)
    correct_emoji_article(page)
    wait_until_saved(page)
    labels, model = server.corrections_path, tmp_path / "retrained"
    checked = inquit("labels", "check", labels)
    assert "error [" not in checked.stdout, checked.stdout
    retrained = inquit("retrain", "--labels", labels, "-o", model)
    assert retrained.returncode == 0, retrained.stderr
    assert re.search(r"learnt from [1-9]\d* claims", retrained.stdout)
    assert load(model)(EMOJI.text or "").model != load("en")(EMOJI.text or "").model


def inquit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inquit.cli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_an_article_is_done_by_name(new_page: NewPage, server: Server, title: str) -> None:
    page = new_page(server.address)
    open_article(page, title)
    page.get_by_label("Article done").check()
    wait_until_saved(page)
    assert server.corrections()[_TITLES[title]].reviewed_by == "Ann"
    assert page.locator(".article-row[aria-selected=true] .row-mark").inner_text() == "✓ done"


def test_undo_reaches_back_behind_a_reload(new_page: NewPage, server: Server, title: str) -> None:
    page = new_page(server.address)
    open_article(page, title)
    note(page, 1).click()
    set_speaker(page, "Bo Dahl")
    wait_until_saved(page)
    page.reload()
    page.locator(".note").first.wait_for()
    page.get_by_role("button", name="Undo").click()
    playwright.expect(page.locator(".note .who")).to_have_text("Ann Lee")
    assert _TITLES[title] not in server.corrections()


def test_two_tabs_keep_each_others_work(new_page: NewPage, server: Server, title: str, watch: Watch) -> None:
    title = (scored_examples(1)[0].text or "").splitlines()[0]
    first, second = new_page(server.address), new_page(server.address)
    for page in (first, second):
        open_article(page, title)
    note(first, 1).click()
    set_speaker(first, "First Tab")
    wait_until_saved(first)
    note(second, 2).click()
    set_speaker(second, "Second Tab")
    wait_until_saved(second)
    names = [a.speaker.name if a.speaker else None for a in server.corrections()["library-closures"].attributions]
    assert names[:2] == ["First Tab", "Second Tab"]
    assert second.locator(".note .who").first.inner_text() == "First Tab"
    watch.problems.remove("error: Failed to load resource: the server responded with a status of 409 (Conflict)")


def test_of_two_answers_to_the_same_question_a_person_chooses(
    new_page: NewPage, server: Server, title: str, watch: Watch
) -> None:
    first, second = new_page(server.address), new_page(server.address)
    for page in (first, second):
        open_article(page, title)
        note(page, 1).click()
    set_speaker(first, "First Tab")
    wait_until_saved(first)
    set_speaker(second, "Second Tab")
    second.get_by_text("Another tab changed this attribution first").wait_for()
    assert second.locator(".note .who").inner_text() == "First Tab"
    second.get_by_role("button", name="Use mine").click()
    playwright.expect(second.locator(".note .who")).to_have_text("Second Tab")
    wait_until_saved(second)
    speaker = server.corrections()[_TITLES[title]].attributions[0].speaker
    assert speaker is not None
    assert speaker.name == "Second Tab"
    watch.problems.remove("error: Failed to load resource: the server responded with a status of 409 (Conflict)")


def test_a_tab_that_is_looked_at_again_shows_what_the_other_did(new_page: NewPage, server: Server, title: str) -> None:
    first, second = new_page(server.address), new_page(server.address)
    for page in (first, second):
        open_article(page, title)
    note(first, 1).click()
    set_speaker(first, "First Tab")
    wait_until_saved(first)
    second.evaluate("dispatchEvent(new Event('focus'))")
    playwright.expect(second.locator(".note .who")).to_have_text("First Tab")


def test_a_server_that_is_gone_is_said_and_ends_with_what_was_done(
    new_page: NewPage, watch: Watch, tmp_path: Path
) -> None:
    server = Server(write_results([EMOJI], tmp_path / "results.jsonl"))
    page = new_page(server.address)
    open_article(page, "👩‍👧 A 🌪️ day")
    page.get_by_label("Article done").check()
    wait_until_saved(page)
    said = server.stop()
    assert "1 article corrected, 1 of them done" in said
    assert "Traceback" not in said
    note(page, 1).click()
    set_speaker(page, "Bo Dahl")
    page.get_by_text("Not saved: the server does not answer").wait_for()
    assert page.locator("#saved").inner_text() == "Not saved"
    assert page.get_by_role("button", name="Try again").is_visible()
    watch.problems[:] = [problem for problem in watch.problems if "ERR_CONNECTION_REFUSED" not in problem]


def test_quick_changes_are_all_saved_in_order(new_page: NewPage, server: Server, title: str) -> None:
    page = new_page(server.address)
    open_article(page, title)
    note(page, 1).click()
    for key in "1234567890d":
        page.keyboard.press(key)
    wait_until_saved(page)
    claim = server.corrections()[_TITLES[title]].attributions[0].claim
    assert claim is not None
    assert (claim.type, claim.polarity) == ("event", "denied")


def test_a_deleted_attribution_and_an_added_part_reach_the_file(new_page: NewPage, server: Server, title: str) -> None:
    page = new_page(server.address)
    open_article(page, title)
    note(page, 1).click()
    select_words(page, "talks had failed")
    use_selection(page, "Part of content")
    wait_until_saved(page)
    (attribution,) = server.corrections()[_TITLES[title]].attributions
    assert [span.of(EMOJI.text or "") for span in attribution.content] == [
        "“We agreed 🤝 on 3 points,”",
        "talks had failed",
    ]
    assert attribution.kind == "mixed"
    page.keyboard.press("x")
    playwright.expect(page.locator(".note")).to_have_count(0)
    wait_until_saved(page)
    assert server.corrections()[_TITLES[title]].attributions == ()


def test_a_second_review_of_the_same_results_is_refused(server: Server) -> None:
    results = server.corrections_path.with_name("results.jsonl")
    run = subprocess.run(
        [sys.executable, "-m", "inquit.cli", "review", str(results)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert run.returncode == 6
    assert "another `inquit review`" in run.stderr
