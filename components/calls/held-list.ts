import type { CallsPage } from "@/lib/shared/contract";

export interface HeldList {
  readonly pages: CallsPage[];
  readonly pageParams: unknown[];
}

/**
 * The list with the newest calls on top; older pages stay where the newest page reaches down to them. Where it does not,
 * calls between would be missing without a trace, and the list begins anew. At most `mostCalls` are kept.
 */
export function withNewest(held: HeldList, newest: CallsPage, mostCalls = Infinity): HeldList {
  const [first, ...older] = held.pages;
  const known = new Set(first?.calls.map(({ id }) => id));
  const fresh = newest.calls.filter(({ id }) => !known.has(id));
  if (first === undefined || fresh.length === newest.calls.length) {
    return { pages: [newest], pageParams: [null] };
  }
  const top = { ...first, generatedAt: newest.generatedAt, calls: [...fresh, ...first.calls] };
  return cut({ pages: [top, ...older], pageParams: held.pageParams }, mostCalls);
}

function cut({ pages, pageParams }: HeldList, mostCalls: number): HeldList {
  const kept: CallsPage[] = [];
  let room = mostCalls;
  for (const page of pages) {
    if (page.calls.length > room) {
      const calls = page.calls.slice(0, room);
      const nextCursor = calls.at(-1)?.id ?? kept.at(-1)?.calls.at(-1)?.id ?? null;
      return {
        pages: [...kept, { ...page, calls, nextCursor }],
        pageParams: pageParams.slice(0, kept.length + 1),
      };
    }
    kept.push(page);
    room -= page.calls.length;
  }
  return { pages: kept, pageParams };
}
