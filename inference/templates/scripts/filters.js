// Which articles and attributions are shown.

const EMPTY_FILTER = {
  text: "",
  speaker: "",
  type: "",
  kind: "",
  sure: "",
  outlet: "",
  review: "",
  checkworthy: false,
};

const SURE_BANDS = {
  sure: (confidence) => confidence === null || confidence >= SURE,
  likely: (confidence) => confidence !== null && confidence >= UNSURE && confidence < SURE,
  unsure: (confidence) => confidence !== null && confidence < UNSURE,
};

const REVIEW_STATES = {
  open: (article) => !article.isDone,
  corrected: (article) => article.isCorrected,
  done: (article) => article.isDone,
};

class Filter {
  constructor() {
    this.values = { ...EMPTY_FILTER };
  }

  get asksForAttributions() {
    const { speaker, type, kind, sure, checkworthy } = this.values;
    return Boolean(speaker || type || kind || sure || checkworthy);
  }

  /** What is left: articles with those of their attributions that match, and all these attributions in one list. */
  apply() {
    const words = this.values.text.trim().toLowerCase();
    const speaker = this.values.speaker.trim().toLowerCase();
    const articles = [];
    const attributions = [];
    for (const article of ARTICLES) {
      if (!this.acceptsArticle(article)) continue;
      const accepted = article.attributions.filter((attribution) => this.accepts(attribution, speaker));
      if (this.asksForAttributions && !accepted.length) continue;
      const found = words ? accepted.filter(({ searched }) => searched.includes(words)) : accepted;
      if (words && !found.length && !article.searched.includes(words)) continue;
      articles.push({ article, attributions: found });
      for (const attribution of found) attributions.push(attribution);
    }
    return { articles, attributions };
  }

  acceptsArticle(article) {
    const { outlet, review } = this.values;
    return (!outlet || article.outlet === outlet) && (!review || REVIEW_STATES[review](article));
  }

  accepts(attribution, speaker) {
    const { type, kind, sure, checkworthy } = this.values;
    if (type && attribution.type !== type && !attribution.claim?.secondary?.includes(type)) return false;
    if (kind && attribution.kind !== kind) return false;
    if (sure && !SURE_BANDS[sure](attribution.confidence)) return false;
    if (checkworthy && attribution.checkworthy < 0.5) return false;
    return !speaker || attribution.name.toLowerCase().includes(speaker);
  }
}

/** The controls of the filter bar and the filter, kept alike. */
class FilterBar {
  constructor(filter, onChange) {
    this.filter = filter;
    this.form = document.querySelector("form.filters");
    fillSelect(byId("filter-type"), [["", "any"], ...DATA.claim_types.map((type) => [type, type])]);
    fillSelect(byId("filter-kind"), [["", "any"], ...DATA.kinds.map((kind) => [kind, kind])]);
    fillSelect(byId("filter-sure"), [
      ["", "any"],
      ["sure", "sure, 90% and up"],
      ["likely", "likely, 70 to 90%"],
      ["unsure", "unsure, below 70%"],
    ]);
    fillSelect(byId("filter-review"), [
      ["", "all"],
      ["open", "not done"],
      ["corrected", "corrected"],
      ["done", "done"],
    ]);
    const outlets = [...new Set(ARTICLES.map((article) => article.outlet))].filter(Boolean).sort();
    fillSelect(byId("filter-outlet"), [["", "any"], ...outlets.map((outlet) => [outlet, outlet])]);
    byId("filter-outlet").closest("label").hidden = !outlets.length;
    this.fillSpeakers();
    let waiting = 0;
    this.form.addEventListener("input", () => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => (this.read(), onChange()));
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", () => setTimeout(() => (this.read(), onChange())));
    this.onChange = onChange;
    // On a phone the other filters are folded away.
    byId("filters-open").addEventListener("click", ({ target }) => {
      target.setAttribute("aria-expanded", String(this.form.classList.toggle("open")));
    });
  }

  fillSpeakers() {
    const counts = new Map();
    for (const article of ARTICLES) {
      for (const { name } of article.attributions) counts.set(name, (counts.get(name) || 0) + 1);
    }
    const names = [...counts].filter(([name]) => name !== NOBODY).sort((a, b) => b[1] - a[1]);
    byId("speakers").replaceChildren(...names.slice(0, 500).map(([name]) => el("option", { value: name })));
  }

  read() {
    for (const name of Object.keys(EMPTY_FILTER)) {
      const control = byId(`filter-${name}`);
      this.filter.values[name] = control.type === "checkbox" ? control.checked : control.value;
    }
    // Where they are folded away, the button says how many of them are set.
    const n = Object.entries(this.filter.values).filter(([name, value]) => name !== "text" && value).length;
    byId("filters-open").textContent = n ? `Filters (${n})` : "Filters";
  }

  /** Set some values, as a click on a picture does. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const control = byId(`filter-${name}`);
      if (control.type === "checkbox") control.checked = Boolean(value);
      else control.value = value;
    }
    this.read();
    this.onChange();
  }
}
