"""Make the pictures of docs/review.md from the example articles: `python docs/make_pictures.py [RESULTS]`.

Without RESULTS, the shipped model scores the articles. Needs Debian's chromium, and Playwright from `.[dev]`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import inquit
from inquit.inference.report import write_report
from inquit.inference.writers import read_results
from inquit.models.article import Article
from inquit.models.result import ArticleResult

DOCS = Path(__file__).parent
ARTICLES = DOCS.parent / "examples" / "articles"
PICTURES = DOCS / "pictures"
OUTLETS = {
    "border-talks": "Ode Valley Times",
    "library-closures": "The Larkmouth Post",
    "rail-merger": "Norvia Business",
}
CHROMIUM = "/usr/bin/chromium"


def score_examples() -> list[ArticleResult]:
    model = inquit.load()
    return [
        model(Article(path.stem, path.read_text(encoding="utf-8"), {"outlet": OUTLETS.get(path.stem, "Radio Ellery")}))
        for path in sorted(ARTICLES.glob("*.txt"))
    ]


def open_article(page: Page, title: str, note: int) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Articles").click()
    page.locator(".article-row").filter(has_text=title).click()
    page.locator(".note").nth(note).click()


def take_pictures(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1360, "height": 740}, reduced_motion="reduce")
    page.goto(report.as_uri())
    page.screenshot(path=PICTURES / "overview.png")
    open_article(page, "Two Larkmouth libraries", 1)
    page.screenshot(path=PICTURES / "article.png")
    page.get_by_role("button", name="Correct", exact=True).click()
    page.get_by_role("button", name="Dark", exact=True).click()
    page.screenshot(path=PICTURES / "form.png")
    phone = browser.new_page(viewport={"width": 390, "height": 780}, device_scale_factor=1)
    phone.goto(report.as_uri())
    open_article(phone, "Two Larkmouth libraries", 0)
    phone.screenshot(path=PICTURES / "phone.png")


def main() -> None:
    results = list(read_results(Path(sys.argv[1]))) if len(sys.argv) > 1 else score_examples()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        write_report(results, report)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        take_pictures(browser, report)
        browser.close()


if __name__ == "__main__":
    main()
