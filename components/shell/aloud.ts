import { createStore } from "@/components/lib/store";

/** What is to be read out; a new object each time, so that the same words can be said again. */
export const aloud = createStore<{ readonly text: string } | null>(null);

/** Has the page's one live region say what a key did to the page, which otherwise only the eye sees. */
export function sayAloud(text: string): void {
  aloud.update(() => ({ text }));
}
