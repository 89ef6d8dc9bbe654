// The overview: who said how much, which kinds of claims, how sure, and what is worth a check. Pictures are inline SVG.

const N_SPEAKERS = 15;
const N_CHECKWORTHY = 10;
/** Claim types by what a reader can do with them: check, wait and see, or disagree. */
const TYPE_ORDER = [
  ...[
    "event",
    "quantity",
    "causation",
    "rule",
    "prediction",
    "commitment",
    "proposal",
    "evaluation",
    "experience",
    "other",
  ],
  ...DATA.claim_types,
].filter((type, i, all) => DATA.claim_types.includes(type) && all.indexOf(type) === i);

class Overview {
  constructor(box, { filterBar, openAttribution, openView }) {
    Object.assign(this, { box, filterBar, openAttribution, openView });
  }

  show({ articles, attributions }) {
    const speakers = countSpeakers(attributions);
    this.box.replaceChildren(
      this.figures(articles, attributions, speakers),
      el(
        "div",
        { class: "panels" },
        this.speakerPanel(speakers, attributions.length),
        el("div", { class: "side" }, this.typePanel(attributions), surePanel(attributions), kindPanel(attributions)),
      ),
      this.checkworthyPanel(attributions),
    );
  }

  figures(articles, attributions, speakers) {
    const n = (test) => attributions.filter(test).length;
    const nErrors = articles.filter(({ article }) => article.record.error).length;
    const nNamed = [...speakers.keys()].filter((name) => name !== NOBODY).length;
    return el(
      "div",
      { class: "figures" },
      figure(
        articles.length,
        articles.length === 1 ? "article" : "articles",
        nErrors ? `${nErrors} could not be read` : "",
      ),
      figure(
        attributions.length,
        attributions.length === 1 ? "attribution" : "attributions",
        shareOf(
          n((a) => a.kind !== "indirect"),
          attributions.length,
          "quoted in the speaker’s words",
        ),
      ),
      figure(
        nNamed,
        nNamed === 1 ? "speaker" : "speakers",
        shareOf(
          n((a) => a.speaker?.named),
          attributions.length,
          "of what is said has a named one",
        ),
      ),
      figure(
        n((a) => a.checkworthy >= 0.5),
        "worth a check",
        shareOf(
          n((a) => a.checkworthy >= 0.5),
          attributions.length,
          "of all attributions",
        ),
      ),
    );
  }

  speakerPanel(speakers, nAll) {
    const rows = [...speakers].filter(([name]) => name !== NOBODY).sort((a, b) => b[1].n - a[1].n);
    const top = rows.slice(0, N_SPEAKERS);
    const nMost = Math.max(1, ...top.map(([, { n }]) => n));
    const cellMost = Math.max(1, ...top.flatMap(([, { types }]) => [...types.values()]));
    const head = TYPE_ORDER.map((type) =>
      el("th", { scope: "col", class: "turned" }, el("span", { class: `type ${typeClass(type)}` }, type)),
    );
    const body = top.map(([name, { n, types }]) =>
      el(
        "tr",
        {},
        el(
          "th",
          { scope: "row" },
          el(
            "button",
            { type: "button", class: "link", onclick: () => this.filterBar.set({ speaker: name }) },
            bdi(name),
          ),
        ),
        el("td", { class: "amount" }, amountBar(n, nMost, nAll)),
        ...TYPE_ORDER.map((type) => this.cell(name, type, types.get(type) || 0, cellMost)),
      ),
    );
    const rest = rows.length - top.length;
    return panel(
      "Who said how much, and what kind of claims",
      "speakers",
      body.length
        ? el(
            "div",
            { class: "scroll", tabindex: "0", role: "region", "aria-label": "Speakers and claim types" },
            el(
              "table",
              { class: "matrix" },
              el(
                "thead",
                {},
                el("tr", {}, el("th", { scope: "col" }, "Speaker"), el("th", { scope: "col" }, "Said"), ...head),
              ),
              el("tbody", {}, ...body),
            ),
          )
        : nothing(),
      el(
        "p",
        { class: "small" },
        `A circle’s area is the number of claims of that kind.${rest > 0 ? ` ${plural(rest, "more speaker")}: use the filter.` : ""}`,
      ),
    );
  }

  cell(name, type, n, nMost) {
    if (!n) return el("td", {}, hidden("0"));
    const radius = Math.max(2.5, 11 * Math.sqrt(n / nMost));
    const circle = svg("circle", { cx: 12, cy: 12, r: radius, class: `fill ${typeClass(type)}` });
    const picture = svg("svg", { viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" }, circle);
    const label = `${name}, ${type}: ${n}`;
    const show = () => this.filterBar.set({ speaker: name, type });
    return el(
      "td",
      {},
      el("button", { type: "button", class: "dot", title: label, "aria-label": label, onclick: show }, picture),
    );
  }

  typePanel(attributions) {
    const counts = TYPE_ORDER.map((type) => [type, attributions.filter((a) => a.type === type)]);
    const nMost = Math.max(1, ...counts.map(([, found]) => found.length));
    const rows = counts
      .filter(([, found]) => found.length)
      .map(([type, found]) => {
        const nCheckworthy = found.filter((a) => a.checkworthy >= 0.5).length;
        const text = `${type}: ${found.length}, ${nCheckworthy} worth a check`;
        return el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "link", title: text, onclick: () => this.filterBar.set({ type }) },
            type,
          ),
          svg(
            "svg",
            { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": text },
            svg("rect", {
              x: 0,
              y: 1,
              width: (100 * found.length) / nMost,
              height: 8,
              class: `fill pale ${typeClass(type)}`,
            }),
            svg("rect", {
              x: 0,
              y: 1,
              width: (100 * nCheckworthy) / nMost,
              height: 8,
              class: `fill ${typeClass(type)}`,
            }),
          ),
          el("span", { class: "number" }, String(found.length)),
        );
      });
    return panel(
      "Kinds of claims",
      "types",
      rows.length ? el("ul", { class: "bars" }, ...rows) : nothing(),
      el("p", { class: "small" }, "The part in full colour is worth a check."),
    );
  }

  checkworthyPanel(attributions) {
    const ranked = attributions.filter((a) => a.checkworthy >= 0.5).sort(byCheckworthiness);
    const items = ranked.slice(0, N_CHECKWORTHY).map((attribution) => claimItem(attribution, this.openAttribution));
    const more = el(
      "button",
      { type: "button", onclick: () => this.openView("claims") },
      `All ${ranked.length} in Claims`,
    );
    return panel(
      "Most worth a check",
      "checkworthy",
      items.length ? el("ol", { class: "claim-list" }, ...items) : nothing(),
      ranked.length > items.length && more,
    );
  }
}

function countSpeakers(attributions) {
  const speakers = new Map();
  for (const { name, type } of attributions) {
    if (!speakers.has(name)) speakers.set(name, { n: 0, types: new Map() });
    const speaker = speakers.get(name);
    speaker.n++;
    speaker.types.set(type, (speaker.types.get(type) || 0) + 1);
  }
  return speakers;
}

const byCheckworthiness = (a, b) => b.checkworthy - a.checkworthy || (b.confidence ?? 1) - (a.confidence ?? 1);

const typeClass = (type) => (TYPE_ORDER.indexOf(type) < 10 ? `type-${type}` : "type-new");

function panel(title, name, ...children) {
  return el(
    "section",
    { class: `panel ${name}`, "aria-labelledby": `panel-${name}` },
    el("h2", { id: `panel-${name}` }, title),
    ...children,
  );
}

const nothing = () => el("p", { class: "small" }, "Nothing matches the filters.");

function figure(n, noun, note) {
  return el(
    "div",
    { class: "figure" },
    el("strong", {}, n.toLocaleString("en")),
    ` ${noun}`,
    note && el("small", {}, note),
  );
}

const shareOf = (n, all, what) => (all ? `${percent(n / all)} ${what}` : "");

function amountBar(n, nMost, nAll) {
  const label = `${n} of ${nAll}`;
  const bar = svg("rect", { x: 0, y: 2, width: (100 * n) / nMost, height: 6, class: "fill amount" });
  return [
    svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, bar),
    el("span", { class: "number", title: label }, String(n)),
  ];
}

/** How sure the model is, and what that means for the whole. */
function surePanel(attributions) {
  const scored = attributions.filter((a) => a.confidence !== null);
  const nByHand = attributions.length - scored.length;
  const bins = Array.from({ length: 10 }, () => 0);
  for (const { confidence } of scored) bins[Math.min(9, Math.floor(confidence * 10))]++;
  const most = Math.max(1, ...bins);
  const expected = scored.reduce((sum, { confidence }) => sum + confidence, 0);
  const columns = bins.map((n, i) => {
    const height = (44 * n) / most;
    const band = (i + 0.5) / 10 >= SURE ? "sure" : (i + 0.5) / 10 >= UNSURE ? "likely" : "unsure";
    return svg(
      "rect",
      { x: i * 20 + 2, y: 46 - height, width: 16, height: n ? Math.max(1, height) : 0, class: `fill ${band}` },
      svg("title", {}, `${i * 10} to ${i * 10 + 10}%: ${n}`),
    );
  });
  const ticks = [0, 50, 70, 90].map((at) =>
    svg("text", { x: at * 2, y: 58, class: "tick", "text-anchor": at ? "middle" : "start" }, `${at}%`),
  );
  const label = bins.map((n, i) => `${i * 10} to ${i * 10 + 10} percent: ${n}`).join("; ");
  const picture = svg(
    "svg",
    {
      viewBox: "0 0 200 60",
      role: "img",
      "aria-label": `How many attributions at which confidence. ${label}`,
      class: "histogram",
    },
    svg("line", { x1: 0, x2: 200, y1: 46.5, y2: 46.5, class: "axis" }),
    ...columns,
    ...ticks,
  );
  const sentence = scored.length
    ? `If these confidences are right, about ${Math.round(expected)} of these ${scored.length} have both what was said and its source right.`
    : "No attribution here has a confidence.";
  const byHand = nByHand ? ` ${plural(nByHand, "other")} come from a person.` : "";
  return panel("How sure", "sure", scored.length ? picture : null, el("p", { class: "small" }, sentence + byHand));
}

function kindPanel(attributions) {
  const total = Math.max(1, attributions.length);
  let x = 0;
  const parts = DATA.kinds.map((kind) => {
    const n = attributions.filter((a) => a.kind === kind).length;
    const part = { kind, n, x, width: (100 * n) / total };
    x += part.width;
    return part;
  });
  const label = parts.map(({ kind, n }) => `${kind}: ${n}`).join(", ");
  return panel(
    "In whose words",
    "kinds",
    svg(
      "svg",
      { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": label, class: "strip" },
      ...parts.map(({ kind, x: left, width }) =>
        svg("rect", { x: left, y: 0, width: Math.max(0, width - 0.5), height: 10, class: `fill kind-${kind}` }),
      ),
    ),
    el(
      "ul",
      { class: "legend" },
      ...parts.map(({ kind, n }) =>
        el("li", {}, el("span", { class: `swatch kind-${kind}`, "aria-hidden": "true" }), `${kind} ${n}`),
      ),
    ),
  );
}
