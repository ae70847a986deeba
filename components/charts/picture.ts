import { flowed, wrapped } from "./picture-layout";
import { fileName, saveFile } from "./save-file";

interface Told {
  readonly name: string;
  /** Of the first bucket. */
  readonly from: number;
  /** From when until when, with the zone. */
  readonly span: string;
}

/** Sharp on every screen, and in a document. */
const scale = 2;
const margin = 16;
const lineHeight = 18;
const legendGap = 14;
const swatchWidth = 24;

/**
 * Saves the chart of a panel as a picture on the panel's own ground, with its title, what is counted, when, and the series
 * that are shown.
 *
 * @throws {Error} where there is no chart to be seen, or the browser draws none.
 */
export async function savePicture(panel: HTMLElement, told: Told): Promise<void> {
  // Axes and series, and the marks that lie over them.
  const [plot, ...above] = panel.querySelectorAll<SVGSVGElement>("figure.chart svg[data-drawing]");
  const pen = document.createElement("canvas").getContext("2d");
  if (plot === undefined || pen === null) {
    throw new Error("There is no chart to draw.");
  }
  const { width, height } = plot.getBoundingClientRect();
  const heading = headingOf(panel, told, pen, width);
  const legend = await legendOf(panel, pen, width);
  const top = margin + heading.height + legend.height + 8;
  const size = { width: width + 2 * margin, height: top + height + margin };
  const layers = [plot, ...above];
  const images = await Promise.all(layers.map(toImage));

  pen.canvas.width = Math.round(size.width * scale);
  pen.canvas.height = Math.round(size.height * scale);
  pen.scale(scale, scale);
  pen.fillStyle = getComputedStyle(panel).backgroundColor;
  pen.fillRect(0, 0, size.width, size.height);
  pen.translate(margin, margin);
  heading.draw();
  pen.translate(0, heading.height);
  legend.draw();
  pen.translate(0, legend.height + 8);
  layers.forEach((layer, index) => {
    const image = images[index];
    if (image !== undefined) {
      pen.drawImage(image, 0, 0, width, height);
    }
    drawTexts(layer, pen);
  });

  saveFile(fileName(told.name, told.from, "png"), await toFile(pen.canvas));
}

interface Block {
  readonly height: number;
  readonly draw: () => void;
}

function headingOf(
  panel: HTMLElement,
  { span }: Told,
  pen: CanvasRenderingContext2D,
  width: number,
): Block {
  const title = panel.querySelector("header h2");
  const subtitle = panel.querySelector("header p");
  const parts = [
    ...linesOf(title, title?.textContent ?? "", pen, width),
    ...linesOf(
      subtitle,
      [subtitle?.textContent ?? "", span].filter(Boolean).join(" · "),
      pen,
      width,
    ),
  ];
  return {
    height: parts.length * lineHeight + 8,
    draw: () => {
      parts.forEach(({ text, style }, index) => {
        write(pen, text, 0, index * lineHeight + 13, style);
      });
    },
  };
}

function linesOf(
  element: Element | null,
  text: string,
  pen: CanvasRenderingContext2D,
  width: number,
): { readonly text: string; readonly style: CSSStyleDeclaration }[] {
  const style = getComputedStyle(element ?? document.body);
  pen.font = fontOf(style);
  return wrapped(text, width, (words) => pen.measureText(words).width).map((line) => ({
    text: line,
    style,
  }));
}

/** The series that are shown, with their swatches. */
async function legendOf(
  panel: HTMLElement,
  pen: CanvasRenderingContext2D,
  width: number,
): Promise<Block> {
  const shown = [...panel.querySelectorAll<HTMLElement>("[data-legend] > *")].filter(
    (entry) => entry.getAttribute("aria-pressed") !== "false",
  );
  const entries = await Promise.all(
    shown.map(async (entry) => {
      const style = getComputedStyle(entry);
      pen.font = fontOf(style);
      const text = entry.innerText.replaceAll(/\s+/g, " ").trim();
      return { text, style, swatch: await swatchOf(entry), width: pen.measureText(text).width };
    }),
  );
  const places = flowed(
    entries.map((entry) => swatchWidth + entry.width),
    legendGap,
    width,
  );
  const lines = (places.at(-1)?.line ?? -1) + 1;
  return {
    height: lines * lineHeight,
    draw: () => {
      entries.forEach(({ text, style, swatch }, index) => {
        const { x, line } = places[index] ?? { x: 0, line: 0 };
        swatch(pen, x, line * lineHeight);
        write(pen, text, x + swatchWidth, line * lineHeight + 13, style);
      });
    },
  };
}

type Swatch = (pen: CanvasRenderingContext2D, x: number, y: number) => void;

async function swatchOf(entry: HTMLElement): Promise<Swatch> {
  const drawn = entry.querySelector("svg");
  if (drawn !== null) {
    const image = await toImage(drawn);
    const { width, height } = drawn.getBoundingClientRect();
    return (pen, x, y) => {
      pen.drawImage(image, x, y + 9 - height / 2, width, height);
    };
  }
  const spot = entry.querySelector("i");
  const color = spot === null ? "transparent" : getComputedStyle(spot).backgroundColor;
  const { width, height } = spot?.getBoundingClientRect() ?? { width: 0, height: 0 };
  return (pen, x, y) => {
    pen.fillStyle = color;
    pen.fillRect(x + 4, y + 9 - height / 2, width, height);
  };
}

const kept = [
  "fill",
  "fill-opacity",
  "opacity",
  "stroke",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-opacity",
  "stroke-width",
] as const;

/** A drawing by itself: what the page's styles say of it is written into it, and its words are left to the canvas. */
async function toImage(drawn: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  const copies = [...copy.querySelectorAll("*")];
  [...drawn.querySelectorAll("*")].forEach((own, index) => {
    const style = getComputedStyle(own);
    const twin = copies[index];
    for (const name of kept) {
      twin?.setAttribute(name, style.getPropertyValue(name));
    }
    twin?.removeAttribute("style");
  });
  copy.querySelectorAll("text, title").forEach((one) => {
    one.remove();
  });
  const { width, height } = drawn.getBoundingClientRect();
  // Drawn as large as it will be shown, or lines would blur.
  copy.setAttribute("viewBox", drawn.getAttribute("viewBox") ?? `0 0 ${width} ${height}`);
  copy.setAttribute("width", String(width * scale));
  copy.setAttribute("height", String(height * scale));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  const image = new Image();
  // Not a blob's address, which the page's own policy forbids for pictures.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

/** A picture inside a picture knows none of the page's fonts: words are written where they stand, in the page's own. */
function drawTexts(plot: SVGSVGElement, pen: CanvasRenderingContext2D): void {
  const frame = plot.getBoundingClientRect();
  for (const text of plot.querySelectorAll("text")) {
    const matrix = text.getScreenCTM();
    if (matrix !== null && text.getNumberOfChars() > 0) {
      const start = text.getStartPositionOfChar(0).matrixTransform(matrix);
      const style = getComputedStyle(text);
      write(pen, text.textContent, start.x - frame.x, start.y - frame.y, {
        ...fontParts(style),
        color: style.fill,
      });
    }
  }
}

type Ink = Pick<CSSStyleDeclaration, "fontWeight" | "fontSize" | "fontFamily" | "color">;

const fontParts = ({ fontWeight, fontSize, fontFamily }: CSSStyleDeclaration) => ({
  fontWeight,
  fontSize,
  fontFamily,
});

const fontOf = ({ fontWeight, fontSize, fontFamily }: Ink): string =>
  `${fontWeight} ${fontSize} ${fontFamily}`;

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, ink: Ink): void {
  pen.font = fontOf(ink);
  pen.fillStyle = ink.color;
  pen.fillText(text, x, y);
}

async function toFile(canvas: HTMLCanvasElement): Promise<Blob> {
  const file = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  if (file === null) {
    throw new Error("The browser made no picture.");
  }
  return file;
}
