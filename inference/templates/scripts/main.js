// The page as a whole: views, what is open, the keyboard.

class Page {
  constructor() {
    this.filter = new Filter();
    this.view = "overview";
    this.isCorrecting = Boolean(DATA.server);
    this.stale = new Set(["overview", "articles", "claims"]);
    /** How far each view was scrolled when it was left; another question begins each at its top. */
    this.tops = new Map();
    const openAttribution = (attribution) => this.openAttribution(attribution);
    this.filterBar = new FilterBar(this.filter, () => this.applyFilter());
    this.overview = new Overview(byId("overview"), {
      filterBar: this.filterBar,
      openAttribution,
      openView: (view) => this.openView(view),
    });
    this.claims = new ClaimsView(byId("claims"), { openAttribution });
    this.reader = new Reader(byId("reader"), {
      onSelect: (attribution) => this.onSelect(attribution),
      step: (by) => this.list.pick(this.list.picked + by),
      back: () => this.leaveReader(),
    });
    this.editor = new Editor(this.reader);
    this.list = new VirtualList(byId("list"), {
      rowHeight: 78,
      renderRow: articleRow,
      onPick: (item, { isOpened }) => this.openArticle(item.article, { isOpened }),
    });
    CHANGES.onChange((article) => this.onChange(article));
    this.bindActions();
    this.bindKeys();
    this.bindSelection();
    this.applyFilter();
    this.openFromAddress();
  }

  bindActions() {
    for (const button of document.querySelectorAll("[data-view]"))
      button.addEventListener("click", () => this.openView(button.dataset.view));
    byId("correcting").hidden = Boolean(DATA.server);
    byId("correcting").addEventListener("click", () => this.setCorrecting(!this.isCorrecting));
    byId("undo").addEventListener("click", () => this.undo());
    byId("download").addEventListener("click", () => CHANGES.download());
    byId("reviewer").value = DATA.server?.reviewer || "";
    byId("keys-open").addEventListener("click", () => this.showKeys());
    byId("theme").addEventListener("click", () => toggleTheme());
    addEventListener("hashchange", () => this.openFromAddress());
    addEventListener("focus", () => CHANGES.refresh());
    addEventListener("beforeunload", (event) => {
      if (CHANGES.isUnsaved || ARTICLES.some((article) => article.pending.length)) event.preventDefault();
    });
    showTheme();
    this.setCorrecting(this.isCorrecting);
  }

  setCorrecting(isCorrecting) {
    this.isCorrecting = isCorrecting;
    document.body.classList.toggle("correcting", isCorrecting);
    byId("correcting").setAttribute("aria-pressed", String(isCorrecting));
    byId("undo").hidden = !isCorrecting;
    byId("download").hidden = Boolean(DATA.server) || !isCorrecting;
    byId("reviewer").closest("label").hidden = Boolean(DATA.server) || !isCorrecting;
    if (isCorrecting) this.editor.open(this.reader.current());
    else this.editor.close();
  }

  applyFilter() {
    this.found = this.filter.apply();
    this.showCount();
    this.stale = new Set(["overview", "articles", "claims"]);
    this.tops.clear();
    this.drawView();
  }

  showCount() {
    const { articles, attributions } = this.found;
    byId("count").textContent =
      `${plural(attributions.length, "attribution")} in ${plural(articles.length, "article")}`;
  }

  openView(view) {
    this.view = view;
    this.drawView();
    this.rememberAddress();
  }

  /** Draw the view in sight; the others are drawn when they are opened. */
  drawView() {
    const isOther = this.shown !== this.view;
    if (isOther) this.tops.set(this.shown, scrollY);
    this.shown = this.view;
    for (const view of ["overview", "articles", "claims"]) byId(view).hidden = view !== this.view;
    for (const button of document.querySelectorAll("[data-view]")) {
      if (button.dataset.view === this.view) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    if (this.stale.delete(this.view)) {
      if (this.view === "articles") this.drawArticles();
      else this[this.view].show(this.found, { isAnew: !this.tops.has(this.view) });
    }
    if (isOther) scrollTo({ top: this.tops.get(this.view) ?? 0, behavior: "instant" });
  }

  drawArticles() {
    const { articles } = this.found;
    let at = articles.findIndex(({ article }) => article === this.reader.article);
    if (at < 0 && articles.length) at = 0;
    this.list.show(articles, at);
    const item = articles[at];
    this.reader.show(item?.article || null, item && this.filter.asksForAttributions ? item.attributions : null);
    this.reopenEditor();
  }

  openArticle(article, { attributionId = null, isOpened = true } = {}) {
    const item = this.found.articles.find((found) => found.article === article);
    const hadFocus = document.activeElement === byId("list");
    this.editor.close();
    if (isOpened) byId("articles").classList.add("reading");
    this.reader.show(article, item && this.filter.asksForAttributions ? item.attributions : null);
    if (attributionId) this.reader.select(attributionId, { focus: true, reveal: true });
    // On a phone the list is gone now.
    else if (hadFocus && !byId("list").checkVisibility()) this.reader.body.focus({ preventScroll: true });
    this.rememberAddress();
  }

  openAttribution({ article, id }) {
    this.view = "articles";
    this.reader.article = article;
    this.stale.add("articles");
    this.drawView();
    this.list.reveal(Math.max(0, this.list.picked));
    this.openArticle(article, { attributionId: id });
  }

  leaveReader() {
    byId("articles").classList.remove("reading");
    byId("list").focus();
  }

  onSelect(attribution) {
    if (this.isCorrecting && attribution) this.editor.open(attribution);
    this.rememberAddress();
  }

  /** An article's labels changed, here or in another tab. */
  onChange(article) {
    this.found = this.filter.apply();
    this.showCount();
    this.stale = new Set(["overview", "articles", "claims"]);
    if (article === this.reader.article && this.view === "articles") {
      if (this.reader.isStale) {
        this.keepPlace(() => {
          this.reader.draw();
          this.reopenEditor();
        });
      } else {
        this.reader.refreshNotes();
        this.editor.refresh();
      }
      // The list keeps an article that the filters would leave out now, until they are changed: a person works on it.
      const item = this.list.items.find((shown) => shown.article === article);
      const found = this.found.articles.find((shown) => shown.article === article);
      if (item) item.attributions = found ? found.attributions : [];
      this.list.draw();
      this.stale.delete("articles");
    } else this.drawView();
  }

  /** Draw anew without moving what the person looks at; the focus returns to the control of the same key. */
  keepPlace(draw) {
    this.focusKey = document.activeElement?.dataset?.key;
    const { scrollTop } = byId("reader");
    const pageTop = scrollY;
    draw();
    byId("reader").scrollTop = scrollTop;
    scrollTo({ top: pageTop, behavior: "instant" });
  }

  reopenEditor() {
    if (!this.isCorrecting || !this.reader.current()) return;
    this.editor.open(this.reader.current());
    if (this.focusKey)
      byId("reader")
        .querySelector(`[data-key="${CSS.escape(this.focusKey)}"]`)
        ?.focus({ preventScroll: true });
    this.focusKey = null;
  }

  undo() {
    if (this.reader.article && this.view === "articles") CHANGES.undo(this.reader.article);
    else toast("Open the article whose last change should be undone.");
  }

  bindSelection() {
    const bar = byId("selection-bar");
    const button = (label, key, run) => el("button", { type: "button", data: { key }, onclick: run }, label);
    this.selectionButtons = {
      add: button("Add attribution", "+", () => this.useSelection("add")),
      content: button("Content", "w", () => this.useSelection("content")),
      part: button("Part of content", "p", () => this.useSelection("part")),
      cue: button("Cue", "q", () => this.useSelection("cue")),
      source: button("Source", "s", () => this.useSelection("source")),
    };
    bar.append(...Object.values(this.selectionButtons));
    // A press on the bar must not take the selection away.
    bar.addEventListener("mousedown", (event) => event.preventDefault());
    document.addEventListener("selectionchange", () => this.showSelectionBar());
    document.addEventListener("scroll", () => this.showSelectionBar(), { capture: true, passive: true });
  }

  showSelectionBar() {
    const bar = byId("selection-bar");
    const selection = getSelection();
    const isUsable =
      this.isCorrecting &&
      this.view === "articles" &&
      !selection.isCollapsed &&
      this.reader.body?.contains(selection.anchorNode);
    bar.hidden = !isUsable || this.editor.node?.contains(selection.anchorNode);
    if (bar.hidden) return;
    const current = this.reader.current();
    for (const [name, button] of Object.entries(this.selectionButtons)) button.hidden = name !== "add" && !current;
    const place = selection.getRangeAt(0).getBoundingClientRect();
    const seen = byId("reader").getBoundingClientRect();
    bar.hidden = place.bottom < seen.top || place.top > Math.min(innerHeight, seen.bottom);
    const { width, height } = bar.getBoundingClientRect();
    const top = place.top - height - 8 > 60 ? place.top - height - 8 : place.bottom + 8;
    bar.style.top = `${Math.max(8, Math.min(innerHeight - height - 8, top))}px`;
    bar.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, place.left + place.width / 2 - width / 2))}px`;
  }

  useSelection(role) {
    const spans = this.reader.selectedSpans();
    if (!spans.length) return;
    const { article } = this.reader;
    getSelection().removeAllRanges();
    if (role === "add") {
      const id = addAttribution(article, spans);
      this.reader.matching?.add(id);
      this.reader.refreshNotes();
      this.reader.select(id);
      byId("edit-speaker")?.focus({ preventScroll: true });
    } else if (role === "part") this.editor.setSpans("content", [...this.editor.attribution.record.content, ...spans]);
    else this.editor.setSpans(role, spans);
  }

  bindKeys() {
    this.areKeysOn = true;
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  onKey(event) {
    const { target, key } = event;
    if (byId("keys").open) return;
    const isTyping = target.matches("select, textarea, input:not([type=checkbox], [type=radio])");
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z" && !isTyping && this.isCorrecting) {
      event.preventDefault();
      return this.undo();
    }
    if (key === "Escape" && this.editor.isOpen) return this.editor.leave();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.view === "articles" && target === this.reader.body && key.startsWith("Arrow")) {
      event.preventDefault();
      return this.reader.onArrow(event);
    }
    if (isTyping || !this.areKeysOn) return;
    if (target.matches("[type=radio]") && key.startsWith("Arrow")) return;
    const action = this.actionOf(key);
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** What a single key does here, or nothing. */
  actionOf(key) {
    const general = { "/": () => byId("filter-text").focus(), "?": () => this.showKeys() };
    if (general[key]) return general[key];
    if (this.view !== "articles") return null;
    const reading = {
      j: () => this.reader.stepAttribution(1),
      k: () => this.reader.stepAttribution(-1),
      n: () => this.list.pick(this.list.picked + 1),
      p: () => this.list.pick(this.list.picked - 1),
    };
    const hasSelection = this.isCorrecting && this.reader.selectedSpans().length > 0;
    if (hasSelection) {
      const use = { "+": "add", a: "add", w: "content", p: "part", q: "cue", s: "source" }[key];
      if (use && (use === "add" || this.reader.current())) return () => this.useSelection(use);
    }
    if (reading[key]) return reading[key];
    if (!this.isCorrecting) return null;
    if (key === "m") return () => CHANGES.setDone(this.reader.article, !this.reader.article.isDone);
    if (key === "z") return () => this.undo();
    if (!this.editor.isOpen) return null;
    const type = TYPE_KEYS.includes(key) ? DATA.claim_types[TYPE_KEYS.indexOf(key)] : null;
    if (type) return () => this.editor.setClaim({ type });
    const polarity = { a: "asserted", d: "denied", u: "unsure" }[key];
    if (polarity) return () => this.editor.setClaim({ polarity });
    return {
      c: () => this.editor.setClaim({ checkworthy: this.editor.attribution.checkworthy < 0.5 }),
      s: () => byId("edit-speaker").focus(),
      y: () => (this.editor.confirm(), this.reader.stepAttribution(1)),
      x: () => this.editor.delete(),
      Delete: () => this.editor.delete(),
    }[key];
  }

  showKeys() {
    const rows = [
      ["j k", "next, previous attribution"],
      ["n p", "next, previous article"],
      ["/", "search"],
      ["arrows", "in the text: select a word; with Shift one more"],
      ["+ w p q s", "selected words: new attribution, content, one more part, cue, source"],
      ["1 … 0", "claim type, in the order of the form"],
      ["a d u", "asserted, denied, unsure"],
      ["c", "worth a check or not"],
      ["s", "go to the speaker"],
      ["y", "all right; to the next"],
      ["x", "delete"],
      ["m", "article done"],
      ["z", "undo"],
      ["Esc", "close the form"],
    ];
    const on = el("input", {
      type: "checkbox",
      checked: this.areKeysOn,
      onchange: (event) => (this.areKeysOn = event.target.checked),
    });
    byId("keys").replaceChildren(
      el("h2", { id: "keys-title" }, "Keys"),
      el(
        "dl",
        {},
        ...rows.flatMap(([keys, what]) => [
          el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {}, key))),
          el("dd", {}, what),
        ]),
      ),
      el("p", {}, el("label", {}, on, " Single keys work")),
      el("button", { type: "button", onclick: () => byId("keys").close() }, "Close"),
    );
    byId("keys").showModal();
  }

  rememberAddress() {
    const parts = [["view", this.view]];
    if (this.view === "articles" && this.reader.article) parts.push(["article", this.reader.article.id]);
    if (this.view === "articles" && this.reader.selected) parts.push(["attribution", this.reader.selected]);
    const hash = `#${new URLSearchParams(parts)}`;
    if (hash !== location.hash) history.replaceState(null, "", hash);
  }

  openFromAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const article = ARTICLE_BY_ID.get(wanted.get("article"));
    const view = wanted.get("view") || (Boolean(DATA.server) ? "articles" : "overview");
    if (!["overview", "articles", "claims"].includes(view)) return;
    if (view === "articles" && article) this.reader.article = article;
    this.view = view;
    this.drawView();
    if (view === "articles" && article) {
      this.list.reveal(Math.max(0, this.list.picked));
      this.openArticle(article, { attributionId: wanted.get("attribution") });
    }
  }
}

/** What stands in one row of the list of articles. */
function articleRow({ article, attributions }) {
  const unsure = attributions.filter(({ isUnsure }) => isUnsure).length;
  const check = attributions.filter(({ checkworthy }) => checkworthy >= 0.5).length;
  const facts = [
    article.record.error ? article.record.error.code : plural(attributions.length, "attribution"),
    check && `${check} to check`,
    unsure && `${unsure} unsure`,
    article.outlet,
  ].filter(Boolean);
  const mark = article.isDone ? "✓ done" : article.isCorrected ? "corrected" : "";
  return [
    el("span", { class: "row-title", dir: "auto" }, article.title),
    el("span", { class: "row-facts" }, bdi(facts.join(" · ")), mark && el("span", { class: "row-mark" }, mark)),
  ];
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function showTheme() {
  byId("theme").textContent = isDark() ? "Light" : "Dark";
}

function toggleTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  showTheme();
}

new Page();
