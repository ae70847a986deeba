"use client";

import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { useTheme } from "next-themes";
import { currencyCookie, localeCookie, rememberPreference } from "@/components/lib/i18n/cookies";
import { useWords } from "@/components/lib/i18n/provider";
import { useTogglePause } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { useWrites } from "@/components/lib/writes/provider";
import { showRange } from "@/components/lib/range";
import { Dialog } from "@/components/ui/dialog";
import { Key } from "@/components/ui/key";
import { locales } from "@/lib/shared/format";
import { matchScore } from "./matches";
import { linkTo } from "./nav-links";
import { useUndo, useViewCommand } from "./shortcuts";
import { type PaletteAction, type PaletteItem, paletteItems } from "./palette-items";

type Props = { onClose: () => void; onHelp: () => void };

const groups = ["pages", "objects", "switches", "view"] as const;

/** Finds every page and object by a few letters, and does what can be done from anywhere. */
export function Palette({ onClose, onHelp }: Props) {
  const { t, f, say } = useWords();
  const items = paletteItems(useHealth().data, f.currency);
  const run = useAction(onHelp);
  return (
    <Dialog labelledBy="palette-title" shape="palette" onClose={onClose}>
      <h2 id="palette-title" className="sr-only">
        {t("palette.title")}
      </h2>
      <Command
        label={t("palette.title")}
        filter={(_id, query, keywords) => matchScore(keywords?.join(" ") ?? "", query)}
      >
        <div className="flex items-center gap-2.5 border-b border-line px-4">
          <Search size={16} aria-hidden="true" className="shrink-0 text-fg-3" />
          <Command.Input
            data-autofocus
            placeholder={t("palette.placeholder")}
            className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-fg-3 touch:text-[16px]"
          />
          <span className="phone:hidden">
            <Key>Esc</Key>
          </span>
        </div>
        <Command.List
          label={t("palette.title")}
          className="max-h-[min(420px,60dvh)] overflow-y-auto p-1.5"
        >
          {groups.map((group) => (
            <Command.Group key={group} heading={t(`palette.group.${group}`)}>
              {items
                .filter((item) => item.group === group)
                .map((item) => (
                  <Command.Item
                    key={item.id}
                    value={item.id}
                    keywords={[say(item.text)]}
                    onSelect={() => {
                      onClose();
                      run(item.action);
                    }}
                    className="flex min-h-8.5 cursor-default items-center gap-3 rounded-control px-2.5 py-1 data-[selected=true]:bg-selected touch:min-h-11"
                  >
                    <span className="min-w-0 flex-1 truncate">{say(item.text)}</span>
                    <ItemKeys item={item} />
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
        {/* A list box holds nothing but options. */}
        <Command.Empty className="px-3 pt-3 pb-8 text-center text-fg-2">
          {t("palette.empty")}
        </Command.Empty>
      </Command>
    </Dialog>
  );
}

function ItemKeys({ item: { keys } }: { item: PaletteItem }) {
  return keys === undefined ? null : (
    <span aria-hidden="true" className="flex gap-1 phone:hidden">
      {keys.split(" ").map((key) => (
        <Key key={key}>{key}</Key>
      ))}
    </span>
  );
}

function useAction(onHelp: () => void): (action: PaletteAction) => void {
  const { f } = useWords();
  const router = useRouter();
  const search = useSearchParams();
  const undo = useUndo();
  const togglePause = useTogglePause();
  const writes = useWrites();
  const { setTheme } = useTheme();
  const runView = useViewCommand();
  return (action) => {
    switch (action.kind) {
      case "go":
        router.push(linkTo(action.href, search));
        return;
      case "switch":
        writes
          .ask(action.ref, { kind: "switch", intent: action.intent, until: null, reason: null })
          .catch(() => undefined);
        return;
      case "range":
        showRange(action.range);
        return;
      case "command":
        runView(action.command);
        return;
      case "theme":
        setTheme(action.theme);
        return;
      case "language":
        rememberPreference(localeCookie, locales.find((locale) => locale !== f.locale) ?? "en");
        router.refresh();
        return;
      case "currency":
        rememberPreference(currencyCookie, action.currency);
        router.refresh();
        return;
      case "pause":
        togglePause();
        return;
      case "undo":
        undo();
        return;
      case "help":
        onHelp();
    }
  };
}
