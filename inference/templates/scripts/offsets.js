// Spans count Unicode code points; JavaScript strings count UTF-16 units, two for an emoji. Only this file converts.

class Offsets {
  constructor(text) {
    /** UTF-16 positions of the characters that take two units, in order; empty for most articles. */
    this.wide = [];
    for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) this.wide.push(match.index);
  }

  /** Where in the string the `position`-th code point starts. */
  toUnits(position) {
    // The i-th wide character starts at code point wide[i] - i.
    let [low, high] = [0, this.wide.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.wide[middle] - middle < position) low = middle + 1;
      else high = middle;
    }
    return position + low;
  }

  /** How many code points start before the `unit`-th unit. */
  toCodePoints(unit) {
    let [low, high] = [0, this.wide.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.wide[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return unit - low;
  }
}

/** Stretches between line breaks, as [start, end) in units. */
function paragraphsOf(text) {
  const paragraphs = [];
  for (const match of text.matchAll(/[^\r\n\u2028\u2029]+/g)) {
    if (match[0].trim()) paragraphs.push([match.index, match.index + match[0].length]);
  }
  return paragraphs;
}

const OPENING = new Set(["“", "„", "«", "‟"]);
const CLOSING = new Set(["”", "»"]);

/** Stretches in quotation marks, as [start, end) in units; a mark left open ends with its paragraph. */
function quotationsOf(text) {
  const quotations = [];
  for (const [from, to] of paragraphsOf(text)) {
    let open = -1;
    let opener = "";
    for (let i = from; i < to; i++) {
      const mark = text[i];
      const closes =
        open >= 0 && (CLOSING.has(mark) || (mark === '"' && opener === '"') || (mark === "“" && opener === "„"));
      if (closes) {
        quotations.push([open, i + 1]);
        open = -1;
      } else if (open < 0 && (OPENING.has(mark) || mark === '"')) [open, opener] = [i, mark];
    }
    if (open >= 0) quotations.push([open, to]);
  }
  return quotations;
}

/** Direct: all words of the spans stand in quotation marks; mixed: some; indirect: none. */
function quoteKind(text, spans) {
  const quotations = quotationsOf(text);
  let [inside, outside] = [0, 0];
  for (const [start, end] of spans) {
    for (const word of text.slice(start, end).matchAll(/[\p{L}\p{N}]+/gu)) {
      const at = start + word.index;
      if (quotations.some(([from, to]) => from <= at && at < to)) inside++;
      else outside++;
    }
  }
  return outside === 0 && inside > 0 ? "direct" : inside > 0 ? "mixed" : "indirect";
}

/** Borders of words and marks in a text: where spans may start, and where they may end. */
function bordersOf(text) {
  const starts = [];
  const ends = [];
  for (const { segment, index } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)) {
    if (!segment.trim()) continue;
    starts.push(index);
    ends.push(index + segment.length);
  }
  return { starts, ends };
}
