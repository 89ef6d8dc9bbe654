// What was said, one by one, in the order that somebody works through it.

const N_CLAIMS = 50;

const CLAIM_ORDERS = {
  checkworthy: ["most worth a check first", byCheckworthiness],
  unsure: ["least sure first", (a, b) => (a.confidence ?? 2) - (b.confidence ?? 2)],
  article: ["as in the articles", () => 0],
  speaker: ["by speaker", (a, b) => a.name.localeCompare(b.name)],
};

/** One claim in a list, with all that tells whether to look closer. */
function claimItem(attribution, open) {
  const { article } = attribution;
  return el(
    "li",
    { class: "claim" },
    el("p", { class: "said", dir: "auto" }, attribution.words("content") || "(its text was left out)"),
    el(
      "p",
      { class: "facts" },
      el("strong", {}, bdi(attribution.name)),
      ...chips(attribution),
      sureness(attribution),
      el("button", { type: "button", class: "link", onclick: () => open(attribution) }, bdi(article.title)),
      article.outlet && el("span", {}, bdi(article.outlet)),
    ),
  );
}

/** Claim type, polarity and check-worthiness. */
function chips(attribution) {
  const { claim, type, checkworthy, isChecked } = attribution;
  if (!claim) return [el("span", { class: "chip type-none" }, "no claim type")];
  const score = isChecked || typeof claim.checkworthy === "boolean" ? "" : ` ${percent(checkworthy)}`;
  return [
    el("span", { class: `chip ${typeClass(type)}` }, type),
    claim.polarity && claim.polarity !== "asserted" && el("span", { class: "chip polarity" }, claim.polarity),
    checkworthy >= 0.5 &&
      el("span", { class: "chip check", title: "How likely the claim is worth a fact-check" }, `check${score}`),
  ].filter(Boolean);
}

/** The model's confidence in figures; a person's answer has none. */
function sureness(attribution) {
  const { confidence, isChecked } = attribution;
  if (isChecked) return el("span", { class: "sureness checked", title: "A person set or confirmed this" }, "✓ checked");
  if (confidence === null) return el("span", { class: "sureness" }, "label");
  const band = confidence >= SURE ? "sure" : confidence >= UNSURE ? "likely" : "unsure";
  const title = `The model’s calibrated estimate that content and source are both right: ${percent(confidence)}`;
  return el(
    "span",
    { class: `sureness ${band}`, title },
    el("span", { class: "band" }, band),
    ` ${percent(confidence)}`,
  );
}

class ClaimsView {
  constructor(box, { openAttribution }) {
    this.openAttribution = openAttribution;
    this.order = "checkworthy";
    this.select = el("select", { id: "claims-order" });
    fillSelect(
      this.select,
      Object.entries(CLAIM_ORDERS).map(([name, [label]]) => [name, label]),
    );
    this.select.addEventListener("change", () => ((this.order = this.select.value), this.show(this.found)));
    this.list = el("ol", { class: "claim-list" });
    this.more = el("button", { type: "button", onclick: () => this.showMore() });
    box.replaceChildren(el("p", { class: "order" }, el("label", {}, "Order ", this.select)), this.list, this.more);
    // Paper has no button: a print that ended with the first claims would look whole.
    addEventListener("beforeprint", () => {
      if (!box.hidden && !this.more.hidden) this.showMore(this.sorted.length);
    });
  }

  /** `isAnew` is false after a correction: as many stay shown as a person had asked for. */
  show(found, { isAnew = true } = {}) {
    this.found = found;
    this.sorted = [...found.attributions].sort(CLAIM_ORDERS[this.order][1]);
    const n = isAnew ? N_CLAIMS : Math.max(N_CLAIMS, this.list.children.length);
    this.list.replaceChildren();
    this.showMore(n);
  }

  showMore(n = N_CLAIMS) {
    const shown = this.list.children.length;
    const next = this.sorted.slice(shown, shown + n);
    this.list.append(...next.map((attribution) => claimItem(attribution, this.openAttribution)));
    const left = this.sorted.length - this.list.children.length;
    this.more.hidden = left <= 0;
    this.more.textContent = `Show ${Math.min(left, N_CLAIMS)} more of ${left.toLocaleString("en")}`;
    if (!this.sorted.length) this.list.append(el("li", { class: "claim" }, nothing()));
  }
}
