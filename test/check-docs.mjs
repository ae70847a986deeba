// What the documents say of files, links, errors and variables is true of the code.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./tools.mjs";

const problems = [];
const notes = [];
const read = (path) => readFileSync(join(root, path), "utf8");
const has = (path) => existsSync(join(root, path));

// Git may be missing, and the checkout may belong to somebody else.
const made = /^(node_modules|\.next|\.cache|\.git|dist|data|coverage)$/;
const list = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !made.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? list(path) : [path];
    });
const files = list(".");
const documents = files.filter((path) => path.endsWith(".md"));

for (const path of documents) {
  checkLinks(path);
  // A changelog names files that later releases removed.
  if (path !== "CHANGELOG.md") {
    checkPaths(path);
  }
}
await checkErrors();
await checkEnvironment();

for (const note of notes) {
  console.log(note);
}
for (const problem of problems) {
  console.error(problem);
}
process.exitCode = problems.length === 0 ? 0 : 1;

function checkLinks(path) {
  for (const [, target] of withoutCode(read(path)).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) {
      continue;
    }
    const [file, anchor] = decodeURI(target).split("#");
    const linked = file === "" ? path : normalize(join(dirname(path), file));
    if (!has(linked)) {
      problems.push(`${path}: the link ${target} leads nowhere.`);
    } else if (anchor && linked.endsWith(".md") && !anchors(read(linked)).has(anchor)) {
      problems.push(`${path}: ${linked} has no heading for #${anchor}.`);
    }
  }
}

/** Names in backticks that look like files or folders of this repository. */
function checkPaths(path) {
  const names = new Set(files.map((file) => basename(file)));
  const folders = "app|bench|components|docs|lib|prisma|test|\\.ci";
  const inFolder = new RegExp(`^(${folders})/[\\w./()[\\]-]*$`);
  const bareFile = /^[\w.-]+\.(ts|tsx|mjs|cjs|prisma|md)$/;
  for (const [, name] of withoutFences(read(path)).matchAll(/`([^`\n]+)`/g)) {
    if (inFolder.test(name) ? !has(name) : bareFile.test(name) && !names.has(basename(name))) {
      problems.push(`${path}: \`${name}\` does not exist.`);
    }
  }
}

async function checkErrors() {
  const page = "docs/failure-modes.md";
  const { errorCatalog } = await load("lib/shared/errors.ts", page);
  if (errorCatalog === undefined) {
    return;
  }
  const documented = headings(read(page)).filter((text) => /^[a-z]+(_[a-z]+)*$/.test(text));
  compare(page, "error", documented, Object.keys(errorCatalog));
}

async function checkEnvironment() {
  const page = "docs/configuration.md";
  const { envSchema } = await load("lib/shared/env.ts", page);
  if (envSchema === undefined) {
    return;
  }
  const variables = Object.keys(envSchema.shape);
  const text = withoutFences(read(page));
  const firstCells = [...text.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell).join("\n");
  const described = [...firstCells.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name]) => name);
  compare(page, "variable", described, variables);
  for (const [, name] of text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g)) {
    if (!variables.includes(name)) {
      problems.push(`${page}: \`${name}\` is not a variable of lib/shared/env.ts.`);
    }
  }
  if (has(".env.example")) {
    const offered = [...read(".env.example").matchAll(/^(?:#\s*)?([A-Z][A-Z0-9_]*)=/gm)];
    compare(
      ".env.example",
      "variable",
      offered.map(([, name]) => name),
      variables,
    );
  } else {
    problems.push(".env.example does not exist.");
  }
}

/** The exports of a source file, or none and a note while it or the page about it is missing. */
async function load(source, page) {
  const missing = [source, page].filter((path) => !has(path));
  if (missing.length === 2 || !has(source)) {
    notes.push(`skipped: ${missing.join(" and ")} not there yet.`);
    return {};
  }
  if (!has(page)) {
    problems.push(`${page} does not exist.`);
    return {};
  }
  const { build } = await import("esbuild");
  const folder = join(root, "node_modules/.cache/check-docs");
  const outfile = join(folder, `${basename(source, ".ts")}-${process.pid}.mjs`);
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(root, source)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    tsconfig: join(root, "tsconfig.json"),
    logLevel: "error",
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile);
  }
}

function compare(page, kind, documented, expected) {
  for (const name of expected.filter((each) => !documented.includes(each))) {
    problems.push(`${page}: the ${kind} ${name} is missing.`);
  }
  for (const name of documented.filter((each) => !expected.includes(each))) {
    problems.push(`${page}: there is no ${kind} ${name}.`);
  }
  for (const name of documented.filter((each, index) => documented.indexOf(each) !== index)) {
    problems.push(`${page}: the ${kind} ${name} is there twice.`);
  }
}

function withoutFences(text) {
  return text.replace(/^(```|~~~)[\s\S]*?^\1\s*$/gm, "");
}

function withoutCode(text) {
  return withoutFences(text).replace(/`[^`\n]*`/g, "");
}

function headings(text) {
  return [...withoutFences(text).matchAll(/^#{2,6}\s+(.+?)\s*#*$/gm)].map(([, title]) =>
    title.replaceAll("`", ""),
  );
}

/** The anchors that a forge makes of a document's headings. */
function anchors(text) {
  const found = new Set();
  for (const [, title] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; found.has(anchor); n += 1) {
      anchor = `${slug}-${n}`;
    }
    found.add(anchor);
  }
  return found;
}
