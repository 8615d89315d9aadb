// A scatter plot as SVG text, with logarithmic axes and a line through some of the points. Small enough not to need a library.

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  /** Points of one series look alike. */
  readonly series: string;
  /** Whether the line goes through it. */
  readonly onFront: boolean;
}

export interface Panel {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly PlotPoint[];
}

const size = { width: 560, height: 400, left: 72, right: 16, top: 36, bottom: 48 } as const;
const colours = ["#1b6ca8", "#c8553d", "#3d8f5f", "#8a5aa8", "#a88a2a"];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const rounded = (value: number): string => value.toFixed(1).replace(/\.0$/, "");

/** 1, 2 and 5 times powers of ten from the first at or below `least` to the first at or above `most`. */
export function logarithmicTicks(least: number, most: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(most)); power++)
    for (const digit of [1, 2, 5]) ticks.push(digit * 10 ** power);
  const first = ticks.findLastIndex((tick) => tick <= least);
  const last = ticks.findIndex((tick) => tick >= most);
  return ticks.slice(first, last + 1);
}

interface Axis {
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

function axis(values: readonly number[], from: number, to: number): Axis {
  const ticks = logarithmicTicks(Math.min(...values), Math.max(...values));
  const [first = 1, last = 10] = [ticks[0], ticks.at(-1)];
  const span = Math.log(last / first);
  return { ticks, place: (value) => from + ((to - from) * Math.log(value / first)) / (span === 0 ? 1 : span) };
}

function short(value: number): string {
  if (value >= 1e6) return `${rounded(value / 1e6)} M`;
  return value >= 1000 ? `${rounded(value / 1000)} k` : String(value);
}

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<line x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}" stroke="${stroke}"/>`;
const text = (x: number, y: number, content: string, attributes = ""): string =>
  `<text x="${rounded(x)}" y="${rounded(y)}"${attributes === "" ? "" : ` ${attributes}`}>${escaped(content)}</text>`;

function panelMarks(panel: Panel, series: readonly string[]): string[] {
  const { width, height, left, right, top, bottom } = size;
  const x = axis(panel.points.map((point) => point.x), left, width - right); // prettier-ignore
  const y = axis(panel.points.map((point) => point.y), height - bottom, top); // prettier-ignore
  const marks = [text(left, top - 14, panel.title, 'font-weight="bold"')];
  for (const tick of x.ticks) {
    marks.push(line(x.place(tick), top, x.place(tick), height - bottom, "#ddd"));
    marks.push(text(x.place(tick), height - bottom + 16, short(tick), 'text-anchor="middle"'));
  }
  for (const tick of y.ticks) {
    marks.push(line(left, y.place(tick), width - right, y.place(tick), "#ddd"));
    marks.push(text(left - 6, y.place(tick) + 4, short(tick), 'text-anchor="end"'));
  }
  marks.push(text((left + width - right) / 2, height - 12, panel.xTitle, 'text-anchor="middle"'));
  marks.push(text(14, (top + height - bottom) / 2, panel.yTitle, `text-anchor="middle" transform="rotate(-90 14 ${rounded((top + height - bottom) / 2)})"`)); // prettier-ignore
  const front = panel.points.filter((point) => point.onFront).toSorted((a, b) => a.x - b.x);
  const path = front.map((point) => `${rounded(x.place(point.x))},${rounded(y.place(point.y))}`).join(" ");
  marks.push(`<polyline points="${path}" fill="none" stroke="#888" stroke-dasharray="4 3"/>`);
  for (const point of panel.points) {
    const colour = colours[series.indexOf(point.series) % colours.length] ?? "#000";
    const [cx, cy] = [x.place(point.x), y.place(point.y)];
    const fill = point.onFront ? colour : "#fff";
    marks.push(`<circle cx="${rounded(cx)}" cy="${rounded(cy)}" r="4" fill="${fill}" stroke="${colour}"><title>${escaped(point.label)}</title></circle>`); // prettier-ignore
    if (point.onFront) marks.push(text(cx + 7, cy - 5, point.label, 'font-size="10"'));
  }
  return marks;
}

/** The panels side by side, one legend below the first's title. The same points give the same text on every machine. */
export function scatterPlot(panels: readonly Panel[]): string {
  const series = [...new Set(panels.flatMap(({ points }) => points.map((point) => point.series)))];
  const legend = series.flatMap((name, i) => [
    `<circle cx="${size.left + 8 + 130 * i}" cy="${size.height + 8}" r="4" fill="${colours[i % colours.length] ?? "#000"}"/>`,
    text(size.left + 18 + 130 * i, size.height + 12, name),
  ]);
  const width = size.width * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${size.height + 24}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${size.height + 24}" fill="#fff"/>`,
    ...panels.flatMap((panel, i) => [`<g transform="translate(${size.width * i} 0)">`, ...panelMarks(panel, series), "</g>"]),
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}
