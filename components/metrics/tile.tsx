import type { ReactNode } from "react";
import type { Text } from "@/components/lib/i18n/messages";
import type { TileModel } from "./tiles";

type Props = { tile: TileModel; say: (text: Text) => string; children?: ReactNode };

/** One figure: what, of how many, how much, and a line or a trend that puts it in place. */
export function Tile({ tile, say, children }: Props) {
  return (
    <div
      data-testid={`tile-${tile.id}`}
      className="flex min-w-0 flex-col bg-surface px-4 pt-3.5 pb-3 phone:px-3.5"
    >
      <div className="flex items-baseline gap-1.5 text-small whitespace-nowrap text-fg-2 phone:flex-wrap phone:text-body">
        <span>{say(tile.title)}</span>
        <span className="ml-auto overflow-hidden text-micro text-ellipsis text-fg-3">
          {say(tile.basis)}
        </span>
      </div>
      <div className="mt-0.5 mb-px text-value font-medium tracking-[-0.022em] whitespace-nowrap phone:text-[24px] phone:leading-7.5">
        {tile.value}
        {tile.unit !== "" && (
          <small className="ml-1 text-body font-regular tracking-normal text-fg-3">
            {tile.unit}
          </small>
        )}
      </div>
      {[...(tile.delta === null ? [] : [tile.delta]), ...tile.lines].map((line) => (
        <div
          key={line.key}
          title={say(line)}
          className="overflow-hidden text-small text-ellipsis whitespace-nowrap text-fg-2 phone:text-body phone:whitespace-normal"
        >
          {say(line)}
        </div>
      ))}
      <div className="mt-auto">{children}</div>
    </div>
  );
}
