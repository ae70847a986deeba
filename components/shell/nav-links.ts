import {
  Activity,
  Gauge,
  Grid3x3,
  History,
  List,
  ListOrdered,
  type LucideIcon,
} from "lucide-react";
import { type MessageKey } from "@/components/lib/i18n/messages";

export interface NavLink {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
}

/** Pages that exist. */
export const pages: readonly NavLink[] = [
  { href: "/overview", label: "nav.overview", icon: Gauge },
];

/** Parts of the overview, until they have pages of their own. */
export const sections: readonly NavLink[] = [
  { href: "#targets", label: "nav.targets", icon: Grid3x3 },
  { href: "#traffic", label: "nav.traffic", icon: Activity },
  { href: "#priorities", label: "nav.priorities", icon: ListOrdered },
  { href: "#calls", label: "nav.calls", icon: List },
  { href: "#changes", label: "nav.changes", icon: History },
];
