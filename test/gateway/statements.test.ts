import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const files = readdirSync("lib/store", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("generated"))
  .map((name) => join("lib/store", name));

it("no statement is named: a transaction pooler before PgBouncer 1.21 sends its next use to another connection", () => {
  const named = files.filter((path) =>
    /\.query(<[^>]*>)?\(\s*\{\s*name:/.test(readFileSync(path, "utf8")),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(named).toEqual([]);
});
