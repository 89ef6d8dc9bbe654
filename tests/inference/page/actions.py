"""What a person does on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    """Select the first place in the article's text that holds ``words``."""
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


def axe_violations(page: Page, script: str) -> list[dict[str, Any]]:
    """What axe-core finds that is serious or critical."""
    # Through the debugger: the page's policy lets no script in.
    page.evaluate(script + "\n; null")
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [
        {"id": violation["id"], "nodes": [(node["html"][:200], node["failureSummary"]) for node in violation["nodes"][:5]]}
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]
