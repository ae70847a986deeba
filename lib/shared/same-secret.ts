import { createHash, timingSafeEqual } from "node:crypto";

/** Whether a secret that somebody gave is the expected one; takes as long whatever was given. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
