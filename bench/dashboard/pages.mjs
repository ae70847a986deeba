// Every page of the control room, found where Next finds it, so that new ones join by themselves.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const app = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../app");

/** Which one a page of one thing shows, by its folder; of what `/api/health` answers. */
const examples = {
  models: ({ models }) => models[0].id,
  providers: ({ providers }) => providers[0].id,
  regions: ({ regions }) => regions[0].id,
  routes: ({ routes }) => routes[0].id,
};

/**
 * The pages in the order of their addresses; `name` is one for a file.
 *
 * @param {object} health what `/api/health` answers
 * @returns {{ route: string, path: string, name: string }[]}
 */
export function pagesOf(health) {
  return (
    fs
      .readdirSync(app, { recursive: true })
      .filter((file) => path.basename(file) === "page.tsx")
      .map((file) => {
        const parts = path.dirname(file).split(path.sep);
        return `/${parts.filter((part) => !/^\(.*\)$|^\.$/.test(part)).join("/")}`;
      })
      // What catches the rest is no page of its own.
      .filter((route) => route !== "/" && !route.includes("[..."))
      .sort()
      .map((route) => ({ route, path: exampleOf(route, health), name: nameOf(route) }))
  );
}

function exampleOf(route, health) {
  const [, list, one, ...rest] = route.split("/");
  if (one === undefined) {
    return route;
  }
  const example = /^\[\w+\]$/.test(one) && rest.length === 0 ? examples[list] : undefined;
  if (example === undefined) {
    throw new Error(`bench/dashboard/pages.mjs does not know which ${route} to show`);
  }
  return `/${list}/${encodeURIComponent(example(health))}`;
}

/** `/models` → `models`, `/models/[id]` → `model`. */
function nameOf(route) {
  const [, list, one] = route.split("/");
  return one === undefined ? list : list.replace(/s$/, "");
}
