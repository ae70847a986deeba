// Makes the font's three files from Pretendard: `npm run fonts`, again where messages have new syllables.
//
// Pretendard's own web fonts are 92 files, five of them for any page in English: Chromium on Linux lays a page out ten
// times slower with so many. Its licence wants another name for what is made of it.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { convert } from "fontverter";
import subsetFont from "subset-font";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "app/fonts");
const weights = { wght: { min: 400, max: 650 } };
/** Latin with its accents, and the signs that texts and pages use. */
const latinRanges = [
  [0x20, 0x17f],
  [0x2010, 0x2027],
  [0x2030, 0x203a],
];
// The switch to Korean is on every page.
const signs = "€₩₿←↑→↓↔↕⇄↩↵⇧⌘⌥⏎−∞≈≠≤≥한국어로보기■□▲△▶▼◀◆●○✓✕";

function textOf(ranges) {
  return ranges
    .flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
    )
    .join("");
}

/** The 2,350 syllables of KS X 1001: nearly all that is written. */
function commonSyllables() {
  const decoder = new TextDecoder("euc-kr");
  const rows = Array.from({ length: 0xc8 - 0xb0 + 1 }, (_, index) => 0xb0 + index);
  const cells = Array.from({ length: 0xfe - 0xa1 + 1 }, (_, index) => 0xa1 + index);
  return rows.flatMap((row) => cells.map((cell) => decoder.decode(Uint8Array.of(row, cell))));
}

/** The name in its tables; the copyright's own sentence keeps the one that it reserves. */
function renamed(font) {
  const wide = (text) => [...text].map((letter) => `\0${letter}`).join("");
  const [name, ours] = [wide("Pretendard"), wide("Bellwether")];
  const tables = font
    .toString("latin1")
    .replaceAll(new RegExp(`(?<!${wide("Name ")})${name}`, "g"), ours);
  return Buffer.from(tables, "latin1");
}

const messages = fs.readFileSync(path.join(root, "messages/ko.json"), "utf8");
const said = [...new Set(messages)].filter((character) => /[가-힣ㄱ-ㅎㅏ-ㅣ「」]/.test(character));
const files = {
  "latin.woff2": textOf(latinRanges) + signs,
  "hangul-said.woff2": said.join(""),
  "hangul-common.woff2": commonSyllables()
    .filter((syllable) => !said.includes(syllable))
    .join(""),
};
const pretendard = fs.readFileSync(
  fileURLToPath(import.meta.resolve("pretendard/dist/web/variable/woff2/PretendardVariable.woff2")),
);
for (const [name, text] of Object.entries(files)) {
  const part = await subsetFont(pretendard, text, { targetFormat: "sfnt", variationAxes: weights });
  const font = await convert(renamed(part), "woff2");
  fs.writeFileSync(path.join(folder, name), font);
  process.stdout.write(`${name}: ${font.length} bytes, ${text.length} characters\n`);
}
