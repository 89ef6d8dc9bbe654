"""What a person does on the page, as functions for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inquit.models.result import ArticleResult, SpeakerKind

from .sample_results import EMOJI

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_SELECT_WORDS = """
(words) => {
  const body = document.querySelector(".reader .body");
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(".paragraph") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
  const nodes = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push([node, text.length]);
    text += node.data;
  }
  const place = (at) => {
    const [node, start] = nodes.findLast(([, start]) => start <= at);
    return [node, at - start];
  };
  const start = text.indexOf(words);
  if (start < 0) throw new Error(`no such words: ${words}`);
  const range = document.createRange();
  range.setStart(...place(start));
  const [node, offset] = place(start + words.length - 1);
  range.setEnd(node, offset + 1);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
"""


def select_words(page: Page, words: str) -> None:
    """Select the first occurrence of ``words`` in the article's text."""
    page.evaluate(_SELECT_WORDS, words)


def use_selection(page: Page, button: str) -> None:
    page.get_by_role("toolbar", name="Selected words").get_by_role("button", name=button, exact=True).click()


def open_view(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


def open_article(page: Page, title: str) -> None:
    open_view(page, "Articles")
    page.locator(".article-row").filter(has_text=title).first.click()
    page.locator(".reader h2").filter(has_text=title).wait_for()


def note(page: Page, n: int) -> Locator:
    """The note of the ``n``-th attribution, counted from 1."""
    return page.locator(".note").nth(n - 1)


def set_speaker(page: Page, name: str) -> None:
    field = page.locator("#edit-speaker")
    field.fill(name)
    field.press("Enter")


def correct_emoji_article(page: Page) -> None:
    """Correct a speaker and a claim type, and add an attribution with emoji before and inside it."""
    note(page, 1).click()
    set_speaker(page, "Bo Dahl")
    page.locator(".editor").get_by_label("quantity").first.check()
    select_words(page, "that 😀 talks had failed")
    use_selection(page, "Add attribution")
    set_speaker(page, "Bo Dahl")
    select_words(page, "denied")
    use_selection(page, "Cue")
    select_words(page, "Bo Dahl")
    use_selection(page, "Source")
    page.locator(".editor").get_by_label("event").first.check()
    page.locator(".editor").get_by_label("denied").check()


def check_corrected_emoji_article(corrected: ArticleResult) -> None:
    text = corrected.text or ""
    assert text == EMOJI.text
    first, second = corrected.attributions
    assert first.id == "t0"
    assert first.speaker is not None
    assert (first.speaker.name, first.speaker.kind, first.speaker.named) == ("Bo Dahl", SpeakerKind.PERSON, True)
    assert first.claim is not None
    assert (first.claim.type, first.claim.checkworthy, first.claim.probabilities) == ("quantity", True, {})
    assert first.confidence is None
    assert [second.content[0].of(text), second.cue[0].of(text), second.source[0].of(text)] == [
        "that 😀 talks had failed",
        "denied",
        "Bo Dahl",
    ]
    assert second.kind == "indirect"
    assert second.claim is not None
    assert (second.claim.type, second.claim.polarity) == ("event", "denied")
    assert (first.reviewed_by, second.reviewed_by) == ("Ann", "Ann")


def axe_violations(page: Page, script: str) -> list[dict[str, Any]]:
    """The serious and critical violations that axe-core finds."""
    # Injected through the debugger, since the page's policy forbids foreign scripts.
    page.evaluate(script + "\n; null")
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [
        {
            "id": violation["id"],
            "nodes": [(node["html"][:200], node["failureSummary"]) for node in violation["nodes"][:5]],
        }
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
