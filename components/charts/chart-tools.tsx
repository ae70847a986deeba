"use client";

import { ChartLine, Check, ImageDown, Link2, Table2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { copyText } from "@/components/lib/copy-text";
import { useWords } from "@/components/lib/i18n/provider";
import { announce, announceLink } from "@/components/lib/notice";
import { linkToWindow } from "@/components/lib/range";
import { CsvTool } from "./csv-tool";
import { Tool } from "./tool";

type Props = {
  /** Of the file that is saved. */
  name: string;
  from: number;
  to: number;
  isTable: boolean;
  onTable: (isTable: boolean) => void;
  csv: () => string;
  /** Where values can be spread over powers of ten: whether they are. */
  log?: { readonly isOn: boolean; readonly onChange: (isOn: boolean) => void } | undefined;
};

const copiedMs = 2_000;

/** What can be done with every chart: its numbers as a table or a file, a picture, and a link that stays on its window. */
export function ChartTools({ name, from, to, isTable, onTable, csv, log }: Props) {
  const { t, f } = useWords();
  const element = useRef<HTMLSpanElement>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    const timer = isCopied
      ? setTimeout(() => {
          setCopied(false);
        }, copiedMs)
      : undefined;
    return () => {
      clearTimeout(timer);
    };
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    const link = linkToWindow(from, to);
    const isDone = await copyText(link);
    setCopied(isDone);
    if (!isDone) {
      announceLink(t("chart.notCopied"), link);
    }
  };
  const picture = async (): Promise<void> => {
    const panel = element.current?.closest("section");
    if (panel !== null && panel !== undefined) {
      const { savePicture } = await import("./picture");
      await savePicture(panel, { name, from, span: `${f.between(from, to)} ${f.zone(to)}` });
    }
  };
  return (
    <span ref={element} className="-mr-1.5 flex shrink-0 text-fg-3">
      {log !== undefined && !isTable && (
        <Tool
          label={t("chart.log")}
          isPressed={log.isOn}
          onClick={() => {
            log.onChange(!log.isOn);
          }}
        >
          <span className="mono text-micro">log</span>
        </Tool>
      )}
      <Tool
        label={t(isTable ? "chart.chart" : "chart.table")}
        isPressed={isTable}
        onClick={() => {
          onTable(!isTable);
        }}
      >
        {isTable ? <ChartLine size={15} /> : <Table2 size={15} />}
      </Tool>
      <CsvTool name={name} atMs={from} csv={csv} />
      {!isTable && (
        <Tool
          label={t("chart.png")}
          onClick={() => {
            picture().catch(() => {
              announce(t("chart.noPicture"));
            });
          }}
        >
          <ImageDown size={15} />
        </Tool>
      )}
      <Tool
        label={t(isCopied ? "chart.copied" : "chart.link")}
        onClick={() => {
          copy().catch(() => undefined);
        }}
      >
        {isCopied ? <Check size={15} /> : <Link2 size={15} />}
      </Tool>
    </span>
  );
}
