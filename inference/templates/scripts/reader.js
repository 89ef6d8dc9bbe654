// One article: its text with what was said, how and by whom marked, and a note beside the paragraph for each attribution.

class Reader {
  constructor(box, { onSelect, step, back }) {
    Object.assign(this, { box, onSelect, step, back });
    this.article = null;
    this.selected = null;
    this.matching = null;
    this.pieces = [];
    this.showsOwnClaims = false;
    box.addEventListener("mouseover", (event) => this.light(this.idsAt(event.target)));
    box.addEventListener("mouseleave", () => this.light([]));
    box.addEventListener("focusin", (event) => this.light(this.idsAt(event.target)));
    box.addEventListener("click", (event) => this.onClick(event));
  }

  /** Show an article; `matching` are the attributions that the filters leave, or null for all. */
  show(article, matching) {
    const isSame = article === this.article;
    this.article = article;
    this.matching = matching && new Set(matching.map(({ id }) => id));
    if (!isSame) this.selected = null;
    this.draw();
    if (!isSame) this.box.scrollTop = 0;
  }

  draw() {
    const { article } = this;
    if (!article) return this.box.replaceChildren(el("p", { class: "empty" }, "No article matches the filters."));
    this.numbers = new Map(article.attributions.map((attribution, i) => [attribution.id, i + 1]));
    this.body = el("div", {
      class: "body",
      tabindex: "0",
      role: "group",
      "aria-label": "Text and notes; with arrow keys, words are selected",
    });
    this.pieces = [];
    this.notes = new Map();
    this.box.replaceChildren(this.heading(), this.body);
    if (article.text !== null) this.body.append(...this.paragraphs());
    else this.body.append(this.notesOf(article.attributions));
    this.drawnSpans = spansOf(article);
    this.mark();
  }

  /** Whether a change moved spans, so that the text must be cut anew. */
  get isStale() {
    return this.article !== null && this.drawnSpans !== spansOf(this.article);
  }

  heading() {
    const { article } = this;
    const { metadata, record } = article;
    const facts = [
      article.outlet,
      metadata.date,
      metadata.byline,
      article.id === article.title ? "" : article.id,
    ].filter(Boolean);
    const headline = article.text === null ? null : this.headline();
    const done = el("input", {
      type: "checkbox",
      id: "done",
      checked: article.isDone,
      onchange: (event) => CHANGES.setDone(article, event.target.checked),
    });
    return el(
      "header",
      {},
      el(
        "div",
        { class: "steps" },
        el("button", { type: "button", class: "back", onclick: this.back }, "← All articles"),
        el("button", { type: "button", onclick: () => this.step(-1) }, "← Previous"),
        el("button", { type: "button", onclick: () => this.step(1) }, "Next →"),
        el("label", { class: "done", hidden: article.text === null }, done, " Article done"),
      ),
      facts.length > 0 && el("p", { class: "facts" }, ...facts.map((fact) => bdi(fact, { class: "fact" }))),
      // A headline that says what somebody said is shown with its marks, as the first paragraph.
      el("h2", { dir: "auto", class: headline?.isMarked ? "hidden" : null }, article.title),
      el(
        "p",
        { class: "legend-line" },
        el("span", { class: "mark content" }, "what was said"),
        el("span", { class: "mark cue" }, "how it is brought in"),
        el("span", { class: "mark source" }, "who"),
        el("span", { class: "mark content unsure" }, "unsure"),
        article.text !== null && article.record.narration.length > 0 && this.ownClaimsSwitch(),
      ),
      record.error && el("p", { class: "notice" }, `${record.error.code}: ${record.error.message}`),
      record.warnings && el("p", { class: "notice" }, `Warnings: ${record.warnings.join(", ")}`),
      article.text === null &&
        !record.error &&
        el(
          "p",
          { class: "notice" },
          "The text was left out of these results (--no-text), so only names and types are shown.",
        ),
      !record.error &&
        !article.attributions.length &&
        el("p", { class: "notice" }, "Nobody is quoted in this article."),
    );
  }

  ownClaimsSwitch() {
    const onchange = (event) => ((this.showsOwnClaims = event.target.checked), this.draw(), byId("own-claims").focus());
    const box = el("input", { type: "checkbox", id: "own-claims", checked: this.showsOwnClaims, onchange });
    return el("label", { class: "own-switch" }, box, " the journalist’s own claims");
  }

  /** The journalist's own sentences with the claims that they make, where no content covers them. */
  ownClaims() {
    if (!this.showsOwnClaims) return [];
    const { record, offsets, attributions } = this.article;
    const contents = attributions.flatMap((attribution) => attribution.spans("content"));
    return record.narration
      .map(([from, to, type, checkworthy]) => ({
        start: offsets.toUnits(from),
        end: offsets.toUnits(to),
        type,
        checkworthy,
      }))
      .filter(({ start, end }) => !contents.some(([from, to]) => from < end && start < to));
  }

  /** Where the first paragraph is the title: whether spans are in it; else null. */
  headline() {
    const { text, attributions, title } = this.article;
    const [[from, to] = [0, 0]] = paragraphsOf(text);
    if (text.slice(from, to).trim() !== title) return null;
    const isMarked = attributions.some((attribution) =>
      ROLES.some((role) => attribution.spans(role).some(([start]) => start < to)),
    );
    return { isMarked };
  }

  /** A row for each paragraph: the marked text, and the notes of what begins in it. */
  paragraphs() {
    const { text, attributions } = this.article;
    const spans = attributions.flatMap((attribution) =>
      ROLES.flatMap((role) => attribution.spans(role).map(([start, end]) => ({ start, end, role, attribution }))),
    );
    spans.sort((a, b) => a.start - b.start || b.end - a.end);
    const headline = this.headline();
    const own = this.ownClaims();
    spans.push(...own.map((claim) => ({ ...claim, role: "own", attribution: null })));
    return paragraphsOf(text).map(([from, to], i) => {
      const inside = spans.filter(({ start, end }) => start < to && from < end);
      const begins = attributions.filter((attribution) => {
        const [start] = attribution.spans("content")[0] || [0];
        return from <= start && start < to;
      });
      const isHeadline = i === 0 && headline !== null;
      const paragraph = el(
        "p",
        { dir: "auto", class: isHeadline ? "paragraph title" : "paragraph" },
        ...this.cut(from, to, inside),
      );
      const notes = this.notesOf(begins);
      notes.append(...own.filter(({ start }) => from <= start && start < to).map(ownNote));
      return el("div", { class: isHeadline && !headline.isMarked ? "row bare" : "row" }, paragraph, notes);
    });
  }

  /** A paragraph cut where a span begins or ends. Each piece knows where it starts, for the way back from a selection. */
  cut(from, to, spans) {
    const { text } = this.article;
    const borders = new Set([from, to]);
    for (const { start, end } of spans) {
      if (from < start) borders.add(start);
      if (end < to) borders.add(end);
    }
    const sorted = [...borders].sort((a, b) => a - b);
    return sorted.slice(0, -1).map((start, i) => {
      const end = sorted[i + 1];
      const covering = spans.filter((span) => span.start <= start && end <= span.end);
      const node = el("span", pieceAttributes(covering, start, this.numbers), text.slice(start, end));
      // The innermost comes first: a click on a quote inside a statement means the quote.
      const said = covering.filter(({ attribution }) => attribution !== null);
      const ids = said.sort((a, b) => a.end - a.start - (b.end - b.start)).map(({ attribution }) => attribution.id);
      this.pieces.push({ node, start, end, ids: [...new Set(ids)] });
      return node;
    });
  }

  notesOf(attributions) {
    return el("ol", { class: "notes" }, ...attributions.map((attribution) => this.note(attribution)));
  }

  note(attribution) {
    const button = el("button", {
      type: "button",
      class: "note",
      data: { id: attribution.id, key: `note-${attribution.id}` },
    });
    const item = el("li", { data: { id: attribution.id } }, button);
    this.notes.set(attribution.id, { item, button });
    this.fillNote(attribution);
    return item;
  }

  fillNote(attribution) {
    const { item, button } = this.notes.get(attribution.id);
    const source = attribution.words("source");
    item.className = [attribution.isUnsure && "unsure", this.matching && !this.matching.has(attribution.id) && "faded"]
      .filter(Boolean)
      .join(" ");
    button.replaceChildren(
      el("span", { class: "n" }, String(this.numbers.get(attribution.id))),
      el("span", { class: "who" }, bdi(attribution.name)),
      sureness(attribution),
      el(
        "span",
        { class: "chips" },
        ...chips(attribution),
        el("span", { class: "cue-word" }, bdi(attribution.words("cue"))),
      ),
      el(
        "span",
        { class: "more" },
        source && source !== attribution.name && el("span", {}, "in the text: ", bdi(source)),
        attribution.kind && el("span", {}, `${attribution.kind} quote`),
        likelyTypes(attribution),
      ),
    );
  }

  /** After a change that moved no span: the notes alone, so that what has the focus keeps it. */
  refreshNotes() {
    for (const attribution of this.article.attributions) if (this.notes.has(attribution.id)) this.fillNote(attribution);
    const done = byId("done");
    if (done) done.checked = this.article.isDone;
    this.mark();
  }

  idsAt(target) {
    const piece = this.pieces.find(({ node }) => node === target);
    if (piece) return piece.ids.slice(0, 1);
    const item = target.closest?.(".notes > li");
    return item?.dataset.id ? [item.dataset.id] : [];
  }

  light(ids) {
    if (ids.join() === (this.lit || []).join()) return;
    this.lit = ids;
    this.mark();
  }

  /** Light up all parts of what is pointed at or selected. */
  mark() {
    const lit = new Set(this.lit || []);
    for (const { node, ids } of this.pieces) {
      node.classList.toggle(
        "lit",
        ids.some((id) => lit.has(id)),
      );
      node.classList.toggle("selected", this.selected !== null && ids.includes(this.selected));
    }
    for (const [id, { item, button }] of this.notes || []) {
      item.classList.toggle("lit", lit.has(id));
      item.classList.toggle("selected", id === this.selected);
      button.setAttribute("aria-current", String(id === this.selected));
    }
  }

  onClick(event) {
    if (event.target.closest(".editor") || !getSelection().isCollapsed) return;
    const [id] = this.idsAt(event.target);
    if (id) this.select(id, { focus: true });
  }

  select(id, { focus = false, reveal = false } = {}) {
    this.selected = id;
    this.mark();
    const note = this.notes.get(id);
    if (note && focus) note.button.focus({ preventScroll: true });
    if (note && reveal) note.item.closest(".row, .body").scrollIntoView({ block: "center" });
    else note?.item.scrollIntoView({ block: "nearest" });
    this.onSelect(this.current());
  }

  current() {
    return this.article?.attributions.find(({ id }) => id === this.selected) || null;
  }

  /** The attribution after or before the selected one, of those that the filters leave. */
  stepAttribution(by) {
    const shown = this.article?.attributions.filter(({ id }) => !this.matching || this.matching.has(id)) || [];
    const at = shown.findIndex(({ id }) => id === this.selected);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by;
    if (shown[next]) this.select(shown[next].id, { focus: true });
  }

  /** The selected words as spans in code points, one for each paragraph; empty where nothing is selected. */
  selectedSpans() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed || !this.body) return [];
    const range = selection.getRangeAt(0);
    const touched = this.pieces.filter(({ node }) => range.intersectsNode(node));
    if (!touched.length) return [];
    const [first, last] = [touched[0], touched.at(-1)];
    const start = first.node.contains(range.startContainer) ? first.start + range.startOffset : first.start;
    const end = last.node.contains(range.endContainer) ? last.start + range.endOffset : last.end;
    const { text, offsets } = this.article;
    return paragraphsOf(text)
      .map(([from, to]) => trimmed(text, Math.max(from, start), Math.min(to, end)))
      .filter(([from, to]) => from < to)
      .map(([from, to]) => [offsets.toCodePoints(from), offsets.toCodePoints(to)]);
  }

  /** Select words with the arrow keys, as a mouse does: the next word, or with Shift one word more. */
  onArrow(event) {
    const [unit, direction] = {
      ArrowRight: ["word", "forward"],
      ArrowLeft: ["word", "backward"],
      ArrowDown: ["line", "forward"],
      ArrowUp: ["line", "backward"],
    }[event.key];
    const selection = getSelection();
    // A selection of nothing cannot be seen: it is where the browser left it, not where a person put it.
    if (selection.isCollapsed || !this.pieces.some(({ node }) => node.contains(selection.anchorNode))) {
      const isSeen = ({ node }) =>
        node.getBoundingClientRect().bottom > Math.max(0, this.box.getBoundingClientRect().top);
      const first = this.pieces.find(({ ids }) => ids.includes(this.selected)) || this.pieces.find(isSeen);
      if (!first) return;
      selection.collapse(first.node.firstChild, 0);
    } else if (!event.shiftKey) {
      if (direction === "forward") selection.collapseToEnd();
      else selection.collapseToStart();
      selection.modify("move", direction, unit);
      if (direction === "forward" && unit === "word") selection.modify("move", "backward", "word");
    }
    selection.modify("extend", event.shiftKey ? direction : "forward", event.shiftKey ? unit : "word");
    selection.focusNode?.parentElement?.scrollIntoView({ block: "nearest" });
  }
}

const spansOf = (article) =>
  JSON.stringify(article.attributions.map(({ id, record }) => [id, ...ROLES.map((role) => record[role] || [])]));

function pieceAttributes(covering, start, numbers) {
  if (!covering.length) return {};
  const roles = new Set(covering.map(({ role }) => role));
  const contents = new Set(covering.filter(({ role }) => role === "content").map(({ attribution }) => attribution));
  const classes = ["mark", ...roles];
  if (contents.size > 1) classes.push("nested");
  if ([...contents].some(({ isUnsure }) => isUnsure)) classes.push("unsure");
  const begins = covering.filter((span) => span.role === "content" && span.start === start);
  const n = begins.map(({ attribution }) => numbers.get(attribution.id)).join(" ");
  return { class: classes.join(" "), data: n ? { n } : {} };
}

/** The note of one of the journalist's own sentences; nothing to correct in it. */
function ownNote({ type, checkworthy }) {
  const check = checkworthy >= 0.5 && el("span", { class: "chip check" }, `check ${percent(checkworthy)}`);
  return el(
    "li",
    { class: "own" },
    el("span", {}, "the journalist "),
    el("span", { class: `chip ${typeClass(type)}` }, type),
    " ",
    check,
  );
}

/** "also event 20%": what else the claim may be, and secondary types. */
function likelyTypes({ claim, isChecked }) {
  if (!claim) return null;
  const others = Object.entries(claim.probabilities || {}).filter(([type]) => type !== claim.type);
  const likely = isChecked ? [] : others.sort((a, b) => b[1] - a[1]).slice(0, 2);
  const own = claim.probabilities?.[claim.type];
  const parts = [];
  if (likely.length)
    parts.push(
      `${own ? `${claim.type} ${percent(own)}, ` : ""}${likely.map(([type, p]) => `${type} ${percent(p)}`).join(", ")}`,
    );
  if (claim.secondary?.length) parts.push(`with ${claim.secondary.join(", ")}`);
  return parts.length ? el("span", {}, parts.join("; ")) : null;
}

function trimmed(text, start, end) {
  while (start < end && !text[start].trim()) start++;
  while (start < end && !text[end - 1].trim()) end--;
  return [start, end];
}
