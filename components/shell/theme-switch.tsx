"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useWords } from "@/components/lib/i18n/provider";
import { useHydrated } from "@/components/lib/use-hydrated";
import { Button } from "@/components/ui/button";

const order = ["system", "light", "dark"] as const;
const icons = { system: Monitor, light: Sun, dark: Moon } as const;

/** System, light, dark, in a circle. */
export function ThemeSwitch() {
  const { t } = useWords();
  const { theme, setTheme } = useTheme();
  // The server does not know the theme that this browser remembers.
  const isHydrated = useHydrated();
  const current = order.find((name) => isHydrated && name === theme) ?? "system";
  const Icon = icons[current];
  const next = order[(order.indexOf(current) + 1) % order.length] ?? "system";
  return (
    <Button
      tone="ghost"
      size="icon"
      aria-label={t("theme.label", { theme: t(`theme.${current}`) })}
      title={t("theme.label", { theme: t(`theme.${current}`) })}
      onClick={() => {
        setTheme(next);
      }}
    >
      <Icon size={15} aria-hidden="true" />
    </Button>
  );
}
