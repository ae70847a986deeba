"use client";

import type { ReactNode } from "react";
import { MoneyProvider } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";

type Props = { wantsDollars: boolean; children: ReactNode };

/** Amounts in the installation's currency, unless this browser wants dollars; a new rate holds as soon as it is heard of. */
export function RoomMoney({ wantsDollars, children }: Props) {
  const exchange = useHealth().data?.exchange ?? null;
  return <MoneyProvider exchange={wantsDollars ? null : exchange}>{children}</MoneyProvider>;
}
