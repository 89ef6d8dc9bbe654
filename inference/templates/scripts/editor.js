// The form that corrects one attribution. Each answer is a change of its own, saved as it is given.

const TYPE_KEYS = "1234567890";

class Editor {
  constructor(reader) {
    this.reader = reader;
    this.node = null;
    this.attribution = null;
  }

  get isOpen() {
    return this.node !== null && this.node.isConnected;
  }

  open(attribution) {
    this.close();
    if (!attribution || attribution.article.text === null) return;
    this.attribution = attribution;
    const item = this.reader.notes.get(attribution.id)?.item;
    if (!item) return;
    this.node = el("form", {
      class: "editor",
      "aria-label": `Correct attribution ${this.reader.numbers.get(attribution.id)}`,
      onsubmit: (event) => event.preventDefault(),
    });
    this.node.append(...this.fields());
    item.append(this.node);
    this.reveal(item);
  }

  /** Scroll until note and words are in sight, and as much of the form as then fits; where not all does, the note. */
  reveal(item) {
    const { box } = this.reader;
    const scroller = getComputedStyle(box).overflowY === "visible" ? document.scrollingElement : box;
    const seen = scroller === box ? box.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    const below = this.node.getBoundingClientRect().bottom - seen.bottom + 12;
    const words = this.reader.pieces.filter(({ ids }) => ids.includes(this.attribution.id)).map(({ node }) => node);
    const room = Math.min(...[item, ...words].map((node) => node.getBoundingClientRect().top)) - seen.top - 12;
    const noteBelow = item.querySelector(".note").getBoundingClientRect().bottom - seen.bottom + 12;
    scroller.scrollTop += Math.max(noteBelow, Math.min(Math.max(0, below), room));
  }

  close() {
    this.node?.remove();
    this.node = this.attribution = null;
  }

  /** After a change: what the attribution is now; the form's own controls stay, so the focus does. */
  refresh() {
    if (!this.isOpen) return;
    const current = this.reader.article.attributions.find(({ id }) => id === this.attribution.id);
    if (!current) return this.close();
    const hasMoved = ROLES.some((role) => String(current.record[role]) !== String(this.attribution.record[role]));
    this.attribution = current;
    if (!this.node.contains(document.activeElement) || hasMoved) {
      const key = document.activeElement?.dataset?.key;
      this.node.replaceChildren(...this.fields());
      if (key) this.node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
    } else this.fillAnswers();
  }

  fields() {
    return [this.buttons(), this.speakerFields(), this.typeFields(), this.claimFields(), this.spanFields()];
  }

  buttons() {
    return el(
      "div",
      { class: "buttons" },
      el(
        "button",
        { type: "button", class: "good", data: { key: "confirm" }, onclick: () => this.confirm() },
        "✓ All right",
      ),
      el("button", { type: "button", data: { key: "delete" }, onclick: () => this.delete() }, "Delete"),
      el(
        "button",
        { type: "button", class: "next", data: { key: "next" }, onclick: () => this.reader.stepAttribution(1) },
        "Next note",
      ),
      el("button", { type: "button", data: { key: "close" }, onclick: () => this.leave() }, "Close"),
    );
  }

  speakerFields() {
    const { speaker } = this.attribution;
    const listId = "known-speakers";
    const names = knownSpeakers(this.reader.article);
    const name = el("input", {
      id: "edit-speaker",
      list: listId,
      data: { key: "speaker" },
      value: speaker?.name || "",
      placeholder: speaker?.kind === "author" ? "the author" : "nobody",
      autocomplete: "off",
      onchange: (event) => this.setName(event.target.value),
    });
    const kind = el("select", {
      id: "edit-speaker-kind",
      data: { key: "speaker-kind" },
      onchange: (event) => this.setSpeakerKind(event.target.value),
    });
    fillSelect(kind, [["", "nobody"], ...DATA.speaker_kinds.map((value) => [value, value])]);
    kind.value = speaker?.kind || "";
    const sure =
      !this.attribution.isChecked && speaker?.confidence
        ? el("span", { class: "small" }, `model: ${percent(speaker.confidence)} sure`)
        : null;
    return el(
      "fieldset",
      {},
      el("legend", {}, "Speaker ", sure),
      el("datalist", { id: listId }, ...[...names.keys()].map((known) => el("option", { value: known }))),
      el("label", {}, hidden("Name"), name),
      el("label", {}, hidden("Kind of speaker"), kind),
    );
  }

  typeFields() {
    const { claim, isChecked } = this.attribution;
    const radios = DATA.claim_types.map((type, i) => {
      const likely = isChecked ? null : claim?.probabilities?.[type];
      const input = el("input", {
        type: "radio",
        name: "edit-type",
        value: type,
        checked: claim?.type === type,
        data: { key: `type-${type}` },
        onchange: () => this.setClaim({ type }),
      });
      return el(
        "label",
        { class: `radio ${typeClass(type)}` },
        input,
        el("span", { class: "swatch", "aria-hidden": "true" }),
        type,
        likely ? el("span", { class: "small" }, ` ${percent(likely)}`) : null,
        TYPE_KEYS[i] ? el("kbd", { "aria-hidden": "true" }, TYPE_KEYS[i]) : null,
      );
    });
    return el("fieldset", { class: "types" }, el("legend", {}, "Claim type"), ...radios);
  }

  claimFields() {
    const { claim, kind, checkworthy } = this.attribution;
    const polarity = DATA.polarities.map((value) =>
      el(
        "label",
        { class: "radio" },
        el("input", {
          type: "radio",
          name: "edit-polarity",
          value,
          checked: (claim?.polarity || "asserted") === value,
          data: { key: `polarity-${value}` },
          onchange: () => this.setClaim({ polarity: value }),
        }),
        value,
      ),
    );
    const check = el("input", {
      type: "checkbox",
      id: "edit-checkworthy",
      checked: checkworthy >= 0.5,
      data: { key: "checkworthy" },
      onchange: (event) => this.setClaim({ checkworthy: event.target.checked }),
    });
    const secondary = el("select", {
      id: "edit-secondary",
      data: { key: "secondary" },
      onchange: (event) => this.setClaim({ secondary: event.target.value ? event.target.value.split(" ") : [] }),
    });
    fillSelect(secondary, secondaryOptions(claim));
    secondary.value = (claim?.secondary || []).join(" ");
    const quote = el("select", {
      id: "edit-kind",
      data: { key: "kind" },
      onchange: (event) => this.set({ kind: event.target.value }),
    });
    fillSelect(
      quote,
      DATA.kinds.map((value) => [value, value]),
    );
    quote.value = kind;
    return el(
      "fieldset",
      {},
      el("legend", {}, "Polarity and weight"),
      el("div", { class: "radios" }, ...polarity),
      el("label", { class: "radio" }, check, "worth a check", el("kbd", { "aria-hidden": "true" }, "c")),
      el("label", {}, "Also ", secondary),
      el("label", {}, "Quote ", quote),
    );
  }

  spanFields() {
    const rows = ROLES.flatMap((role) => {
      const spans = this.attribution.record[role] || [];
      const shown = spans.map((span, i) => this.spanRow(role, span, i, spans.length));
      return shown.length
        ? shown
        : [el("p", { class: "span" }, el("span", { class: `mark ${role}` }, role), " none: select words in the text")];
    });
    return el(
      "fieldset",
      { class: "spans" },
      el("legend", {}, "Words ", el("span", { class: "small" }, "select others in the text to replace them")),
      ...rows,
    );
  }

  spanRow(role, span, i, n) {
    const { text, offsets } = this.reader.article;
    const words = text.slice(offsets.toUnits(span[0]), offsets.toUnits(span[1]));
    const nudge = (label, title, side, by) =>
      el(
        "button",
        {
          type: "button",
          class: "nudge",
          title,
          "aria-label": `${role} ${i + 1}: ${title}`,
          data: { key: `${role}-${i}-${side}-${by}` },
          onclick: () => this.nudge(role, i, side, by),
        },
        label,
      );
    const isNeeded = role === "content" && n === 1;
    return el(
      "p",
      { class: "span" },
      el("span", { class: `mark ${role}` }, role),
      nudge("«", "start one word earlier", 0, -1),
      nudge("›", "start one word later", 0, 1),
      bdi(words.length > 60 ? `${words.slice(0, 28)} … ${words.slice(-28)}` : words),
      nudge("‹", "end one word earlier", 1, -1),
      nudge("»", "end one word later", 1, 1),
      !isNeeded &&
        el(
          "button",
          {
            type: "button",
            class: "nudge",
            "aria-label": `remove ${role} ${i + 1}`,
            title: "remove",
            onclick: () =>
              this.setSpans(
                role,
                this.attribution.record[role].filter((_, at) => at !== i),
              ),
          },
          "×",
        ),
    );
  }

  fillAnswers() {
    const { claim, speaker, kind, checkworthy } = this.attribution;
    const set = (key, value) => {
      const control = this.node.querySelector(`[data-key="${key}"]`);
      if (control && control !== document.activeElement) control.value = value;
    };
    for (const input of this.node.querySelectorAll("[name=edit-type]")) input.checked = input.value === claim?.type;
    for (const input of this.node.querySelectorAll("[name=edit-polarity]"))
      input.checked = input.value === (claim?.polarity || "asserted");
    this.node.querySelector("[data-key=checkworthy]").checked = checkworthy >= 0.5;
    set("speaker", speaker?.name || "");
    set("speaker-kind", speaker?.kind || "");
    set("kind", kind);
    const secondary = this.node.querySelector("[data-key=secondary]");
    fillSelect(secondary, secondaryOptions(claim));
    secondary.value = (claim?.secondary || []).join(" ");
  }

  set(changes) {
    if (!this.attribution) return;
    const before = this.attribution.record;
    CHANGES.setAttribution(this.reader.article, before, { ...labelOf(before), ...changes });
  }

  confirm() {
    this.set({});
  }

  delete() {
    const { record } = this.attribution;
    const { article } = this.reader;
    this.close();
    CHANGES.setAttribution(article, record, null);
    this.reader.body.focus({ preventScroll: true });
  }

  leave() {
    const { id } = this.attribution;
    this.close();
    this.reader.notes.get(id)?.button.focus({ preventScroll: true });
  }

  setName(value) {
    const name = value.trim();
    if (!name) return this.set({ speaker: null });
    const { article } = this.reader;
    const kind = knownSpeakers(article).get(name) || this.attribution.speaker?.kind || "person";
    this.set({ speaker: { name, kind: kind === "author" ? "person" : kind, named: isProperName(name, article.text) } });
  }

  setSpeakerKind(kind) {
    if (!kind) return this.set({ speaker: null });
    if (kind === "author") return this.set({ speaker: { name: null, kind, named: false } });
    const name = this.attribution.speaker?.name || this.attribution.words("source");
    if (!name) return toast("First give the speaker a name.");
    this.set({ speaker: { name, kind, named: isProperName(name, this.reader.article.text) } });
  }

  setClaim(changes) {
    const { claim } = labelOf(this.attribution.record);
    const next = { secondary: [], polarity: "asserted", checkworthy: false, ...claim, ...changes };
    if (!next.type) {
      this.fillAnswers();
      return toast("First choose the claim type.");
    }
    next.secondary = next.secondary.filter((other) => other !== next.type);
    this.set({ claim: next });
  }

  setSpans(role, spans) {
    const changes = { [role]: merged(spans) };
    const { text, offsets } = this.reader.article;
    if (role === "content")
      changes.kind = quoteKind(
        text,
        changes.content.map((span) => span.map((at) => offsets.toUnits(at))),
      );
    const { speaker } = this.attribution;
    if (role === "source" && spans.length && !speaker) changes.speaker = this.guessSpeaker(spans[0]);
    this.set(changes);
  }

  /** A source that ends as a known speaker's name does is taken for that speaker. */
  guessSpeaker([start, end]) {
    const { article } = this.reader;
    const words = article.text.slice(article.offsets.toUnits(start), article.offsets.toUnits(end));
    const last = words.split(/\s+/).at(-1).toLowerCase();
    const known = [...knownSpeakers(article)].find(([name]) => name.toLowerCase().split(/\s+/).at(-1) === last);
    const [name, kind] = known || [words, "person"];
    return { name, kind, named: isProperName(name, article.text) };
  }

  nudge(role, i, side, by) {
    const { text, offsets } = this.reader.article;
    const spans = this.attribution.record[role].map((span) => span.map((at) => offsets.toUnits(at)));
    const borders = bordersOf(text)[side === 0 ? "starts" : "ends"];
    const at = spans[i][side];
    spans[i][side] = (by > 0 ? borders.find((border) => border > at) : borders.findLast((border) => border < at)) ?? at;
    if (spans[i][0] >= spans[i][1]) return;
    this.setSpans(
      role,
      spans.map((span) => span.map((unit) => offsets.toCodePoints(unit))),
    );
  }
}

/** A new attribution of selected words; its other answers are open. */
function addAttribution(article, spans) {
  const id = `r${Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const kind = quoteKind(
    article.text,
    spans.map((span) => span.map((at) => article.offsets.toUnits(at))),
  );
  CHANGES.setAttribution(article, null, { id, kind, content: spans, cue: [], source: [], speaker: null });
  return id;
}

/** Names that speakers of the article go by, with their kinds. */
function knownSpeakers(article) {
  const names = new Map(article.record.entities);
  for (const { speaker } of article.attributions) if (speaker?.name) names.set(speaker.name, speaker.kind);
  return names;
}

/** Written in the article, with a capital in it: "Ann Lee", not "a senior official". */
const isProperName = (name, text) =>
  text.includes(name) && !/^(an?|the|some|one|two|several) /i.test(name) && /\p{Lu}|\p{Lo}/u.test(name);

function secondaryOptions(claim) {
  const current = (claim?.secondary || []).join(" ");
  const options = [
    ["", "nothing else"],
    ...DATA.claim_types.filter((type) => type !== claim?.type).map((type) => [type, type]),
  ];
  return options.some(([value]) => value === current)
    ? options
    : [...options, [current, current.replace(" ", " and ")]];
}

/** Spans in order, without overlaps. */
function merged(spans) {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  const result = [];
  for (const [start, end] of sorted) {
    const last = result.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
