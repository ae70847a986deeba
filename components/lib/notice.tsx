"use client";

import { showToast } from "./toast";

const shownMs = 4_000;
/** Somebody has to take it from there by hand. */
const linkShownMs = 30_000;

/** Says briefly what came of a key or a press. */
export function announce(text: string): void {
  showToast(() => <Notice text={text} />, { id: "notice", duration: shownMs });
}

/** Says why a link is not on the clipboard, and shows it to be copied by hand. */
export function announceLink(text: string, link: string): void {
  showToast(() => <Notice text={text} link={link} />, { id: "notice", duration: linkShownMs });
}

function Notice({ text, link }: { text: string; link?: string }) {
  return (
    <div
      data-testid="notice"
      className="w-92 max-w-[calc(100vw-32px)] rounded-[10px] bg-raised px-4 py-2.5 shadow-pop"
    >
      <p className="run font-medium break-words">{text}</p>
      {link !== undefined && (
        <input
          readOnly
          value={link}
          aria-label={text}
          onFocus={({ target }) => {
            target.select();
          }}
          className="mono mt-1.5 h-7.5 w-full rounded-control border border-line-control bg-surface px-2.5 text-small touch:h-11"
        />
      )}
    </div>
  );
}
