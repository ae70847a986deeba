"use client";

import { BrokenView } from "@/components/shell/broken-view";

type Props = { error: Error & { digest?: string }; reset: () => void };

export default function RoomError({ error, reset }: Props) {
  return <BrokenView id={error.digest ?? null} onRetry={reset} />;
}
