import { expect, it } from "vitest";
import { answering, saying, type TypedText, typing } from "@/components/lib/typed-text";

const empty: TypedText = { text: "", asked: "", said: [] };

function said(field: TypedText, text: string): TypedText {
  return saying(typing(field, text));
}

it("shows what the address says, also after its own word has come back from there", () => {
  expect(answering(empty, "is:rescued").text).toBe("is:rescued");
  const back = answering(said(empty, "model:a "), "model:a");
  expect(back.text).toBe("model:a ");
  expect(answering(back, "").text).toBe("");
});

it("keeps what is being typed when the address follows late, its own words or another's", () => {
  const ahead = said(said(empty, "g"), "gp");
  expect(answering(ahead, "g").text).toBe("gp");
  expect(answering(answering(ahead, "g"), "gp").text).toBe("gp");
  expect(answering(ahead, "gp")).toEqual({ text: "gp", asked: "gp", said: [] });
  const typed = typing(empty, "ttft:>2s");
  expect(answering(typed, "total:>4s").text).toBe("ttft:>2s");
  expect(saying(answering(typed, "total:>4s")).said).toEqual(["ttft:>2s"]);
});

it("follows another's word that overtook its own", () => {
  expect(answering(said(empty, "model:a"), "is:rescued").text).toBe("is:rescued");
});
