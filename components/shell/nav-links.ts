import {
  Box,
  Gauge,
  Globe,
  Grid3x3,
  History,
  KeyRound,
  List,
  ListOrdered,
  type LucideIcon,
  Plug,
  Settings2,
} from "lucide-react";
import { type MessageKey } from "@/components/lib/i18n/messages";

export interface NavLink {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
  /** Its numbers are of the chosen range. */
  readonly hasRange?: true;
  /** A thumb reaches it at once; a phone finds the others at the foot of the page. */
  readonly onPhone?: true;
}

/** Pages that exist, in the order of the questions that an operator has. */
export const pages: readonly NavLink[] = [
  { href: "/overview", label: "nav.overview", icon: Gauge, hasRange: true, onPhone: true },
  { href: "/matrix", label: "nav.matrix", icon: Grid3x3, onPhone: true },
  { href: "/models", label: "nav.models", icon: Box, hasRange: true },
  { href: "/regions", label: "nav.regions", icon: Globe, hasRange: true },
  { href: "/routes", label: "nav.routes", icon: ListOrdered, onPhone: true },
  { href: "/requests", label: "nav.requests", icon: List, onPhone: true },
  { href: "/apps", label: "nav.apps", icon: KeyRound },
  { href: "/providers", label: "nav.providers", icon: Plug },
  { href: "/changes", label: "nav.changes", icon: History },
  { href: "/settings", label: "nav.settings", icon: Settings2 },
];

/** The page that an address belongs to, parts of it included. */
export function pageAt(pathname: string): NavLink | undefined {
  return pages.find(({ href }) => pathname === href || pathname.startsWith(`${href}/`));
}

/** A page's address with the range that is looked at: going on does not lose it. */
export function linkTo(href: string, search: Pick<URLSearchParams, "get">): string {
  const range = search.get("r");
  return range === null ? href : `${href}?r=${encodeURIComponent(range)}`;
}
