import type { ReactNode } from "react";

type Props = { main: ReactNode; side: ReactNode };

/** A wide panel with a narrow one beside it; one below the other where there is no room. */
export function TwoColumns({ main, side }: Props) {
  return (
    <div className="mb-5 grid gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(320px,412px)]">
      {main}
      {side}
    </div>
  );
}
