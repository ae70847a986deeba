"use client";

import { Download } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { fileName, saveFile } from "./save-file";
import { Tool } from "./tool";

type Props = {
  /** Of the file, and the instant that stands in its name. */
  name: string;
  atMs: number;
  csv: () => string;
};

/** Saves what is shown as a file for spreadsheets. */
export function CsvTool({ name, atMs, csv }: Props) {
  const { t } = useWords();
  return (
    <Tool
      label={t("chart.csv")}
      isExport
      onClick={() => {
        saveFile(
          fileName(name, atMs, "csv"),
          new Blob([csv()], { type: "text/csv;charset=utf-8" }),
        );
      }}
    >
      <Download size={15} />
    </Tool>
  );
}
