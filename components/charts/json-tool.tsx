"use client";

import { Braces } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { fileName, saveFile } from "./save-file";
import { Tool } from "./tool";

type Props = {
  /** Of the file, and the instant that stands in its name. */
  name: string;
  atMs: number;
  json: () => unknown;
};

/** Saves what is shown as a file for programs: as the operator API tells it. */
export function JsonTool({ name, atMs, json }: Props) {
  const { t } = useWords();
  return (
    <Tool
      label={t("chart.json")}
      onClick={() => {
        saveFile(
          fileName(name, atMs, "json"),
          new Blob([JSON.stringify(json(), null, 2)], { type: "application/json" }),
        );
      }}
    >
      <Braces size={15} />
    </Tool>
  );
}
