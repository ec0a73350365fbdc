/** Hands a file to the reader. */
function handed(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Returns a number kept in four bytes in as many digits as it has. */
function lean(value) {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return value;
}

/** Returns the table of a run: a column of time and one for each variable, a row for each point. */
export function csv(run, names) {
  const columns = names.map((name) => run.of(name));
  const rows = [`time,${names.join(",")}`];
  const cell = (values, k) => (values instanceof Float32Array ? lean(values[k]) : values[k]);
  for (let k = 0; k < run.times.length; k += 1) rows.push([run.times[k], ...columns.map((values) => cell(values, k))].join(","));
  return `${rows.join("\n")}\n`;
}

/** Returns the pictures of an explorer, where they stand on the page, as one SVG document. */
export function drawing(views, background) {
  const boxes = views.map((view) => view.svg.getBoundingClientRect());
  const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
  const [width, height] = ["right", "bottom"].map((side, k) => Math.ceil(Math.max(...boxes.map((box) => box[side])) - [left, top][k]));
  const parts = views.map((view, k) => {
    const copy = view.svg.cloneNode(true);
    copy.setAttribute("x", boxes[k].left - left);
    copy.setAttribute("y", boxes[k].top - top);
    for (const handle of copy.querySelectorAll("[tabindex]")) handle.removeAttribute("tabindex");
    return new XMLSerializer().serializeToString(copy);
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  return { text: `${head}<rect width="100%" height="100%" fill="${background}"/>${parts.join("")}</svg>`, width, height };
}

export const saveText = (name, text, type) => handed(name, new Blob([text], { type }));

/** Saves a drawing as PNG at twice its size. */
export function savePng(name, { text, width, height }) {
  const image = new Image();
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    context.drawImage(image, 0, 0);
    canvas.toBlob((blob) => handed(name, blob));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}

/** Copies text; where the page may not write to the clipboard, by way of a selection. Returns whether it was done. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
