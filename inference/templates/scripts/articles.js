// The data of the page: articles, their attributions as shown, and the labels that corrections are made of.

const DATA = JSON.parse(byId("data").textContent);
const ROLES = ["content", "cue", "source"];
const NOBODY = "(nobody named)";
const SURE = 0.9;
const UNSURE = 0.7;

/** The part of an attribution that a person decides: its record without probabilities. */
function labelOf(attribution) {
  const { id, kind, content, cue = [], source = [], speaker = null, claim } = attribution;
  const label = { id, kind, content, cue, source, speaker: null };
  if (speaker) label.speaker = { name: speaker.name, kind: speaker.kind, named: Boolean(speaker.named) };
  if (claim) {
    const { type, secondary = [], polarity = "asserted", checkworthy = false } = claim;
    label.claim = { type, secondary, polarity, checkworthy: Number(checkworthy) >= 0.5 };
  }
  return label;
}

/** A label as it is kept: with the person who set or confirmed it. */
const keptOf = (attribution) =>
  attribution.reviewed_by ? { ...labelOf(attribution), reviewed_by: attribution.reviewed_by } : labelOf(attribution);

const sameLabel = (a, b) => (a && b ? JSON.stringify(labelOf(a)) === JSON.stringify(labelOf(b)) : !a && !b);

/** One attribution as it is shown. */
class Attribution {
  constructor(article, record, { isDone }) {
    this.article = article;
    this.record = record;
    this.id = record.id;
    this.kind = record.kind || "";
    this.claim = record.claim || null;
    this.type = this.claim?.type || "";
    this.isChecked = Boolean(record.reviewed_by) || isDone;
    /** Null where a person gave the answer. */
    this.confidence = this.isChecked ? null : (record.confidence ?? null);
    this.checkworthy = Number(this.claim?.checkworthy || 0);
    this.speaker = record.speaker || null;
    this.name = this.speaker?.kind === "author" ? "the author" : this.speaker?.name || this.words("source") || NOBODY;
  }

  spans(role) {
    const { offsets } = this.article;
    return (this.record[role] || []).map(([start, end]) => [offsets.toUnits(start), offsets.toUnits(end)]);
  }

  words(role) {
    const { text } = this.article;
    return text === null
      ? ""
      : this.spans(role)
          .map(([start, end]) => text.slice(start, end))
          .join(" … ");
  }

  /** What the text search looks at. */
  get searched() {
    this._searched ??= `${this.name}\n${this.words("content")}\n${this.words("source")}`.toLowerCase();
    return this._searched;
  }

  get isUnsure() {
    return this.confidence !== null && this.confidence < UNSURE;
  }
}

class Article {
  constructor(record, index) {
    this.record = record;
    this.index = index;
    this.id = record.id;
    this.text = record.text ?? null;
    this.metadata = record.metadata || {};
    this.outlet = this.metadata.outlet || this.metadata.publisher || "";
    this.title = this.metadata.title || firstLine(this.text) || this.id;
    this.version = DATA.server?.versions[this.id] || 0;
    /** What is kept of people's corrections, and what is still on its way there. */
    this.correction = record.correction || null;
    this.pending = [];
    this.earlier = [];
  }

  get offsets() {
    this._offsets ??= new Offsets(this.text || "");
    return this._offsets;
  }

  get searched() {
    this._searched ??= `${this.id}\n${this.title}\n${this.text || ""}`.toLowerCase();
    return this._searched;
  }

  get isDone() {
    return Boolean(this.state.reviewed_by);
  }

  get isCorrected() {
    return this.correction !== null || this.pending.length > 0;
  }

  /** Attributions as people left them, with the edits that are not saved yet. */
  get state() {
    this._state ??= this.pending.reduce(applyEdit, this.correction || this.untouched());
    return this._state;
  }

  untouched() {
    const { attributions, reviewed_by } = this.record;
    return { attributions, reviewed_by };
  }

  /** Attributions as shown: where nobody touched the model's answer, with its confidence. */
  get attributions() {
    if (this._attributions) return this._attributions;
    const byModel = new Map(this.record.attributions.map((attribution) => [attribution.id, attribution]));
    const { attributions, reviewed_by } = this.state;
    this._attributions = attributions.map((label) => {
      const scored = byModel.get(label.id);
      const record = !label.reviewed_by && scored && sameLabel(scored, label) ? scored : label;
      return new Attribution(this, record, { isDone: Boolean(reviewed_by) });
    });
    return this._attributions;
  }

  changed() {
    this._state = this._attributions = null;
  }
}

/** The state after one edit: `{id, after}` sets, adds or (null) deletes an attribution; `{done}` is the article's mark. */
function applyEdit(state, edit) {
  if (edit.done !== undefined) return { ...state, reviewed_by: edit.done ? state.reviewed_by || edit.by : null };
  const attributions = state.attributions.filter(({ id }) => id !== edit.id);
  if (edit.after) attributions.push({ ...edit.after, reviewed_by: edit.by });
  attributions.sort((a, b) => a.content[0][0] - b.content[0][0]);
  return { ...state, attributions };
}

function firstLine(text) {
  const line = (text || "")
    .trimStart()
    .split(/[\r\n]/, 1)[0]
    .trim();
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
}

const ARTICLES = DATA.articles.map((record, index) => new Article(record, index));
const ARTICLE_BY_ID = new Map(ARTICLES.map((article) => [article.id, article]));
