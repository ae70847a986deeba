import { createTranslator } from "use-intl/core";
import { describe, expect, it } from "vitest";
import { type MessageKey } from "@/components/lib/i18n/messages";
import { refusals } from "@/lib/shared/refusals";
import en from "@/messages/en.json";
import ko from "@/messages/ko.json";

type Tree = { readonly [name: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([name, value]): [string, string][] =>
      typeof value === "string"
        ? [[`${prefix}${name}`, value]]
        : [...flat(value, `${prefix}${name}.`)],
    ),
  );
}

/** Names in braces that are arguments: followed by a brace or a comma. */
function placeholders(message: string): string[] {
  const names = [...message.matchAll(/\{(\w+)(?=[,}])/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].sort();
}

const english = flat(en);
const korean = flat(ko);

describe("messages", () => {
  it("have the same keys in both languages", () => {
    expect([...korean.keys()]).toEqual([...english.keys()]);
  });

  it("name in Korean only what the English sentence is given", () => {
    for (const [key, message] of korean) {
      const given = placeholders(english.get(key) ?? "");
      expect(given, key).toEqual(expect.arrayContaining(placeholders(message)));
    }
  });

  it.each([
    ["en", english],
    ["ko", korean],
  ] as const)("can all be formatted in %s", (locale, all) => {
    const failures: string[] = [];
    const t = createTranslator({
      locale,
      messages: locale === "en" ? en : ko,
      onError: (error) => failures.push(error.message),
    });
    for (const [key, message] of all) {
      const values = Object.fromEntries(placeholders(message).map((name) => [name, 3]));
      t(key as MessageKey, values);
    }
    expect(failures).toEqual([]);
  });

  it("never put a particle right after a Korean variable", () => {
    const particle = /\}(?:은|는|이|가|을|를|와|과|로|으로)(?=[\s.,]|$)/;
    const wrong = [...korean].filter(([, message]) => particle.test(message));
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(refusals))(
    "word the refusal %s with all of its values, in both languages",
    (reason, names) => {
      const wanted = [...names].sort();
      for (const all of [english, korean]) {
        expect(placeholders(all.get(`refusal.${reason}`) ?? "none")).toEqual(wanted);
      }
    },
  );

  it("word no refusal that there is not", () => {
    expect(Object.keys(en.refusal)).toEqual(Object.keys(refusals));
  });
});
