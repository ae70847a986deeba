import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium, type Browser } from "playwright-core";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const flags = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface BrowserBinary {
  executablePath: string;
  env: Record<string, string>;
}

/**
 * A headless Chromium with a new, empty profile: the one of CHROMIUM_PATH, else an installed one,
 * else the one inside the @sparticuz/chromium package.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findBrowser();
  const launch = (chromiumSandbox: boolean): Promise<Browser> =>
    chromium.launch({
      executablePath,
      args: flags,
      env: { ...process.env, ...env },
      chromiumSandbox,
    });
  if (process.getuid?.() === 0) {
    return launch(false);
  }
  try {
    return await launch(true);
  } catch {
    // Many containers forbid the sandbox's namespaces; the tests open our own pages only.
    return launch(false);
  }
}

async function findBrowser(): Promise<BrowserBinary> {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen !== undefined && chosen !== "") {
    if (!existsSync(chosen)) {
      throw new Error(`CHROMIUM_PATH points at ${chosen}, which does not exist.`);
    }
    return { executablePath: chosen, env: {} };
  }
  const executablePath = installed.find((path) => existsSync(path));
  return executablePath === undefined ? packagedBrowser() : { executablePath, env: {} };
}

async function packagedBrowser(): Promise<BrowserBinary> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("No browser found: install Chromium or Chrome, or set CHROMIUM_PATH.");
  }
  const manifest = await readFile(join(modules, "@sparticuz/chromium/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const cache = join(modules, ".cache");
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) {
    await unpackBrowser(cache, folder);
  }
  return {
    executablePath: join(folder, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(folder, "al2023/lib"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  };
}

/** The package unpacks into TMPDIR, and its libraries only where it takes itself for a Lambda. */
async function unpackBrowser(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const unpacked = await mkdtemp(join(cache, "chromium-"));
  const script =
    'const { default: chromium } = await import("@sparticuz/chromium"); await chromium.executablePath();';
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: modules,
    env: { ...process.env, TMPDIR: unpacked, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
  });
  await writeFile(
    join(unpacked, "fonts.conf"),
    `<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}/fonts/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`,
  );
  await chmod(join(unpacked, "chromium"), 0o755);
  await chmod(unpacked, 0o755);
  try {
    await rename(unpacked, folder);
  } catch {
    // Another test process was faster.
    await rm(unpacked, { recursive: true });
  }
}
