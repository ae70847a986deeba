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
import type { MessageKey } from "@/components/lib/i18n/messages";

export interface NavLink {
  readonly href: string;
  readonly label: MessageKey;
  readonly icon: LucideIcon;
  /** Behind `g`, by the place of the key. */
  readonly key: string;
  /** Its numbers are of the chosen range; `optional`: of no range, where the address names none. */
  readonly hasRange?: true | "optional";
  /** A thumb reaches it at once; a phone lists the others behind the last item of its bar. */
  readonly onPhone?: true;
}

/** Pages that exist, in the order of the questions that an operator has. */
export const pages: readonly NavLink[] = [
  {
    href: "/overview",
    label: "nav.overview",
    icon: Gauge,
    key: "KeyO",
    hasRange: true,
    onPhone: true,
  },
  { href: "/matrix", label: "nav.matrix", icon: Grid3x3, key: "KeyX", onPhone: true },
  { href: "/models", label: "nav.models", icon: Box, key: "KeyM", hasRange: true },
  { href: "/regions", label: "nav.regions", icon: Globe, key: "KeyN", hasRange: true },
  {
    href: "/routes",
    label: "nav.routes",
    icon: ListOrdered,
    key: "KeyR",
    hasRange: true,
    onPhone: true,
  },
  {
    href: "/requests",
    label: "nav.requests",
    icon: List,
    key: "KeyQ",
    hasRange: "optional",
    onPhone: true,
  },
  { href: "/apps", label: "nav.apps", icon: KeyRound, key: "KeyA" },
  { href: "/providers", label: "nav.providers", icon: Plug, key: "KeyP" },
  { href: "/changes", label: "nav.changes", icon: History, key: "KeyH" },
  { href: "/settings", label: "nav.settings", icon: Settings2, key: "KeyS" },
];

/** The page that an address belongs to, parts of it included. */
export function pageAt(pathname: string): NavLink | undefined {
  return pages.find(({ href }) => pathname === href || pathname.startsWith(`${href}/`));
}

/** A page's address with the range that is looked at: going on does not lose it. */
export function linkTo(href: string, search: Pick<URLSearchParams, "get">): string {
  const kept = new URLSearchParams();
  for (const name of ["r", "from", "to", "vs"]) {
    const value = search.get(name);
    if (value !== null) {
      kept.set(name, value);
    }
  }
  return kept.size === 0 ? href : `${href}?${kept.toString()}`;
}
