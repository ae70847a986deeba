"use client";

import { Bookmark } from "lucide-react";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";

/** Fetched when it is opened first. */
const ViewsMenu = dynamic(() => import("./views-menu").then((module) => module.ViewsMenu), {
  ssr: false,
});

/** Opens the views of this page that somebody saved. */
export function SavedViews() {
  const { t } = useWords();
  const opener = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        ref={opener}
        data-views
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-keyshortcuts="Shift+S"
        onClick={() => {
          setAnchor(anchor === null ? opener.current : null);
        }}
      >
        <Bookmark size={14} aria-hidden="true" />
        <span className="phone:sr-only">{t("views.title")}</span>
      </Button>
      {anchor !== null && (
        <LoadBoundary fallback={null}>
          <ViewsMenu
            anchor={anchor}
            onClose={() => {
              setAnchor(null);
            }}
          />
        </LoadBoundary>
      )}
    </>
  );
}
