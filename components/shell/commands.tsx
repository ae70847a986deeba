"use client";

import { Keyboard, Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { useShortcuts } from "./shortcuts";

// Both are fetched when they first open.
const Help = dynamic(() => import("./help").then((module) => module.Help), { ssr: false });
const Palette = dynamic(() => import("./palette").then((module) => module.Palette), { ssr: false });

/** The keys of the page, and the buttons that open the palette and the list of them. */
export function Commands() {
  const { t } = useWords();
  const [opened, setOpened] = useState<"help" | "palette" | null>(null);
  const help = (): void => {
    setOpened("help");
  };
  const palette = (): void => {
    setOpened("palette");
  };
  const close = (): void => {
    setOpened(null);
  };
  useShortcuts({ help, palette });
  return (
    <>
      <Button
        tone="ghost"
        size="icon"
        aria-label={t("palette.open")}
        aria-keyshortcuts="Control+K Meta+K"
        title={t("palette.open")}
        onClick={palette}
      >
        <Search size={15} aria-hidden="true" />
      </Button>
      <span className="max-lg:hidden">
        <Button
          tone="ghost"
          size="icon"
          aria-label={t("help.title")}
          aria-keyshortcuts="?"
          title={t("help.title")}
          onClick={help}
        >
          <Keyboard size={15} aria-hidden="true" />
        </Button>
      </span>
      {opened === "help" && <Help onClose={close} />}
      {opened === "palette" && <Palette onClose={close} onHelp={help} />}
    </>
  );
}
