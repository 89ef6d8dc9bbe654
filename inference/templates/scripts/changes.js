// Corrections on their way: to the server of `inquit review`, which keeps each at once, or into a file to download.

class Changes {
  constructor() {
    this.listeners = [];
    this.queue = Promise.resolve();
    this.nChanges = DATA.server?.n_changes || 0;
    this.isUnsaved = false;
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  tell(article) {
    article.changed();
    for (const listener of this.listeners) listener(article);
  }

  /** Set, add (no `before`) or delete (no `after`) one attribution. */
  setAttribution(article, before, after) {
    const id = (after || before).id;
    this.add(article, { id, before: before && labelOf(before), after: after && labelOf(after) });
  }

  setDone(article, done) {
    this.add(article, { done });
  }

  add(article, wanted) {
    const edit = { ...wanted, by: byId("reviewer").value.trim() || "unknown" };
    if (DATA.server) {
      article.pending.push(edit);
      this.queue = this.queue.then(() => this.send(article, edit));
      status("saving", "Saving…");
    } else {
      article.earlier.push(article.correction);
      article.correction = { ...kept(applyEdit(article.state, edit)), reviewed_at: now() };
      this.markUnsaved();
    }
    this.tell(article);
  }

  async send(article, edit) {
    const at = article.pending.indexOf(edit);
    if (at < 0) return;
    const state = applyEdit(article.correction || article.untouched(), edit);
    const answer = await post("changes", {
      id: article.id,
      version: article.version,
      attributions: kept(state).attributions,
      is_done: Boolean(state.reviewed_by),
    });
    if (answer.status === 200) {
      article.pending.splice(at, 1);
      this.take(answer.body);
      this.tellSaved();
    } else if (answer.status === 409) {
      this.take(answer.body.detail.current);
      await this.mend(article, edit);
    } else {
      status("failed", "Not saved");
      article.pending.splice(at, 1);
      this.tell(article);
      const message = answer.body?.detail?.message || answer.body?.detail || "the server does not answer";
      toast(`Not saved: ${message}`, { label: "Try again", run: () => this.add(article, edit) });
    }
  }

  /** Another tab was faster. An edit to something that tab left alone is kept; otherwise the person decides. */
  async mend(article, edit) {
    const theirs = article.correction || article.untouched();
    const now = theirs.attributions.find(({ id }) => id === edit.id) || null;
    if (edit.done !== undefined || sameLabel(now, edit.before) || sameLabel(now, edit.after)) {
      await this.send(article, edit);
      return;
    }
    article.pending.splice(article.pending.indexOf(edit), 1);
    this.tell(article);
    this.tellSaved();
    toast("Another tab changed this attribution first. Its version is shown; yours is not saved.", {
      label: "Use mine",
      run: () => this.add(article, { ...edit, before: now }),
    });
  }

  /** Take over what the server says an article is. */
  take({ id, version, correction }) {
    const article = ARTICLE_BY_ID.get(id);
    article.version = version;
    article.correction = correction;
    this.tell(article);
  }

  tellSaved() {
    const isSaving = ARTICLES.some(({ pending }) => pending.length);
    if (isSaving) status("saving", "Saving…");
    else status("saved", "All changes saved");
  }

  async undo(article) {
    if (!DATA.server) {
      if (!article.earlier.length) return toast("Nothing to undo in this article.");
      article.correction = article.earlier.pop();
      this.markUnsaved();
      return this.tell(article);
    }
    await this.queue;
    const answer = await post("undo", { id: article.id, version: article.version });
    if (answer.status === 200) {
      this.take(answer.body);
      this.tellSaved();
    } else if (answer.status === 409) {
      this.take(answer.body.detail.current);
      toast("Another tab changed this article; look again before you undo.");
    } else toast(answer.body?.detail || "Not undone: the server does not answer.");
  }

  /** What other tabs did meanwhile. */
  async refresh() {
    if (!DATA.server) return;
    const answer = await request(`changes?since=${this.nChanges}`);
    if (answer.status !== 200) return;
    this.nChanges = answer.body.n_changes;
    for (const state of answer.body.articles) {
      const article = ARTICLE_BY_ID.get(state.id);
      if (article && state.version > article.version && !article.pending.length) this.take(state);
    }
  }

  markUnsaved() {
    const n = ARTICLES.filter((article) => article.isCorrected).length;
    this.isUnsaved = n > 0;
    status("unsaved", n ? `${plural(n, "article")} corrected, not downloaded` : "");
  }

  /** The corrections file, in the result format, one article a line. */
  file() {
    return ARTICLES.filter((article) => article.correction)
      .map((article) => `${JSON.stringify(correctedRecord(article))}\n`)
      .join("");
  }

  download() {
    const url = URL.createObjectURL(new Blob([this.file()], { type: "application/x-ndjson" }));
    const link = el("a", { href: url, download: "corrections.jsonl" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
    this.isUnsaved = false;
    status("saved", "Downloaded");
  }
}

/** A state as it is kept: labels only. */
const kept = (state) => ({ attributions: state.attributions.map(keptOf), reviewed_by: state.reviewed_by || undefined });

const now = () => `${new Date().toISOString().slice(0, 19)}Z`;

function correctedRecord(article) {
  const { id, text, text_sha256, model, metadata } = article.record;
  const { attributions, reviewed_by, reviewed_at } = article.correction;
  const withText = attributions.map((label) => {
    const words = new Attribution(article, label, {}).words("content");
    return { ...label, text: words };
  });
  const record = { id, status: "ok", text, text_sha256, model, metadata };
  return {
    ...record,
    attributions: withText,
    narration: [],
    entities: [],
    warnings: [],
    reviewed_by: reviewed_by || undefined,
    reviewed_at,
  };
}

async function request(path, options = {}) {
  try {
    const response = await fetch(path, { cache: "no-store", ...options });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch {
    return { status: 0, body: null };
  }
}

const post = (path, body) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

function status(state, message) {
  const box = byId("saved");
  box.dataset.state = state;
  box.textContent = message;
}

const CHANGES = new Changes();
