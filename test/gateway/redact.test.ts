import { expect, it } from "vitest";
import { redact, redactAlways } from "@/lib/gateway/redact";

it("takes keys out of a provider's words, by shape and by knowing them", () => {
  redactAlways("a-plain-looking-secret");
  const text = "Incorrect key sk-proj-abcdef123456 or a-plain-looking-secret; Bearer abcdefghijkl";
  expect(redact(text)).toBe("Incorrect key [redacted] or [redacted]; [redacted]");
});

it("leaves nothing that a database refuses", () => {
  expect(redact("a\u0000b\ud800c")).toBe("ab\ufffdc");
});
