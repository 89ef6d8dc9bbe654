// The list of articles: only the rows in sight exist, so ten thousand scroll like ten.

class VirtualList {
  constructor(box, { rowHeight, renderRow, onPick }) {
    Object.assign(this, { box, rowHeight, renderRow, onPick });
    this.items = [];
    this.picked = -1;
    this.rows = new Map();
    this.space = el("div", { class: "space", role: "presentation" });
    box.append(this.space);
    box.addEventListener("scroll", () => this.fill(), { passive: true });
    box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.fill()).observe(box);
  }

  show(items, picked) {
    this.items = items;
    this.picked = picked;
    this.space.style.height = `${items.length * this.rowHeight}px`;
    this.draw();
  }

  /** Show the items as they are now, in the rows that are there. */
  draw() {
    for (const [i, row] of this.rows) if (i < this.items.length) this.renew(row, i);
    this.fill();
  }

  /** Add the rows that came in sight and remove those that left it. */
  fill() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.rowHeight) - 4);
    const last = Math.min(
      this.items.length,
      Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.rowHeight) + 4,
    );
    for (const [i, row] of this.rows) if (i < first || i >= last) this.remove(i, row);
    let following = null;
    for (let i = last - 1; i >= first; i--) {
      if (!this.rows.has(i)) this.rows.set(i, this.space.insertBefore(this.row(i), following));
      following = this.rows.get(i);
    }
    this.markPicked();
  }

  remove(i, row) {
    row.remove();
    this.rows.delete(i);
  }

  markPicked() {
    for (const [i, row] of this.rows) row.setAttribute("aria-selected", String(i === this.picked));
    if (this.rows.has(this.picked)) this.box.setAttribute("aria-activedescendant", `row-${this.picked}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  /** A row stays the same element while it is in sight: a click is lost if its element goes between press and release. */
  row(i) {
    const row = el("div", { id: `row-${i}`, class: "article-row", role: "option", "aria-posinset": i + 1 });
    row.style.top = `${i * this.rowHeight}px`;
    row.style.height = `${this.rowHeight}px`;
    row.addEventListener("click", () => this.pick(i));
    this.renew(row, i);
    return row;
  }

  renew(row, i) {
    row.setAttribute("aria-setsize", String(this.items.length));
    row.replaceChildren(...this.renderRow(this.items[i]));
  }

  /** `isOpened` is false where an arrow key only passes: on a phone, what is opened takes the list's place. */
  pick(i, { isOpened = true } = {}) {
    if (i < 0 || i >= this.items.length) return;
    this.picked = i;
    this.reveal(i);
    this.fill();
    this.onPick(this.items[i], { isOpened });
  }

  reveal(i) {
    const top = i * this.rowHeight;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const bottom = top + this.rowHeight - this.box.clientHeight;
    if (bottom > this.box.scrollTop) this.box.scrollTop = bottom;
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.rowHeight));
    const last = this.items.length - 1;
    const target = {
      ArrowDown: this.picked + 1,
      ArrowUp: this.picked - 1,
      PageDown: Math.min(last, this.picked + page),
      PageUp: Math.max(0, this.picked - page),
      Home: 0,
      End: last,
      Enter: this.picked,
    }[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.pick(target, { isOpened: event.key === "Enter" });
  }
}
