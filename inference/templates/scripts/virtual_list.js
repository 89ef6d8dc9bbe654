// The list of articles: only the rows in sight exist, so ten thousand scroll like ten.

class VirtualList {
  constructor(box, { rowHeight, renderRow, onPick }) {
    Object.assign(this, { box, rowHeight, renderRow, onPick });
    this.items = [];
    this.picked = -1;
    this.space = el("div", { class: "space", role: "presentation" });
    box.append(this.space);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  show(items, picked) {
    this.items = items;
    this.picked = picked;
    this.space.style.height = `${items.length * this.rowHeight}px`;
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.rowHeight) - 4);
    const last = Math.min(
      this.items.length,
      Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.rowHeight) + 4,
    );
    const rows = [];
    for (let i = first; i < last; i++) rows.push(this.row(i));
    this.space.replaceChildren(...rows);
    const isPickedDrawn = first <= this.picked && this.picked < last;
    if (isPickedDrawn) this.box.setAttribute("aria-activedescendant", `row-${this.picked}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  row(i) {
    const row = this.renderRow(this.items[i]);
    row.id = `row-${i}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(i === this.picked));
    row.setAttribute("aria-setsize", String(this.items.length));
    row.setAttribute("aria-posinset", String(i + 1));
    row.style.top = `${i * this.rowHeight}px`;
    row.style.height = `${this.rowHeight}px`;
    row.addEventListener("click", () => this.pick(i));
    return row;
  }

  pick(i) {
    if (i < 0 || i >= this.items.length) return;
    this.picked = i;
    this.reveal(i);
    this.draw();
    this.onPick(this.items[i]);
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
    }[event.key];
    if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.pick(target);
  }
}
