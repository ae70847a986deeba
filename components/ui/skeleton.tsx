import { clsx } from "clsx";

type Props = { className: string };

/** A box of the final size; it shows after 150 ms only. */
export function Skeleton({ className }: Props) {
  return <div aria-hidden="true" className={clsx("skeleton", className)} />;
}
