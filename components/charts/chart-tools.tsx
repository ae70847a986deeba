"use client";

import { ChartLine, Check, Download, Link2, Table2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { rangeBetween, withRange } from "@/components/lib/range";
import { Button } from "@/components/ui/button";
import { saveFile } from "./csv";

type Props = {
  /** Of the file that is saved. */
  name: string;
  from: number;
  to: number;
  isTable: boolean;
  onTable: (isTable: boolean) => void;
  csv: () => string;
};

const copiedMs = 2_000;

/** What can be done with every chart: its numbers as a table or a file, and a link that stays on its window. */
export function ChartTools({ name, from, to, isTable, onTable, csv }: Props) {
  const { t } = useWords();
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
  const copy = (): void => {
    const search = withRange(
      new URLSearchParams(window.location.search),
      rangeBetween(from, to),
    ).toString();
    const link = `${window.location.origin}${window.location.pathname}?${search}`;
    navigator.clipboard.writeText(link).then(
      () => {
        setCopied(true);
      },
      () => {
        setCopied(false);
      },
    );
  };
  return (
    <span className="-mr-1.5 flex shrink-0 text-fg-3">
      <Tool
        label={t(isTable ? "chart.chart" : "chart.table")}
        isPressed={isTable}
        onClick={() => {
          onTable(!isTable);
        }}
      >
        {isTable ? <ChartLine size={15} /> : <Table2 size={15} />}
      </Tool>
      <Tool
        label={t("chart.csv")}
        onClick={() => {
          saveFile(`${name}-${new Date(from).toISOString().slice(0, 16)}.csv`, csv());
        }}
      >
        <Download size={15} />
      </Tool>
      <Tool label={t(isCopied ? "chart.copied" : "chart.link")} onClick={copy}>
        {isCopied ? <Check size={15} /> : <Link2 size={15} />}
      </Tool>
    </span>
  );
}

type ToolProps = { label: string; isPressed?: boolean; onClick: () => void; children: ReactNode };

function Tool({ label, isPressed, onClick, children }: ToolProps) {
  return (
    <Button
      tone="ghost"
      size="icon"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      onClick={onClick}
      className="[&_svg]:pointer-events-none"
    >
      <span aria-hidden="true">{children}</span>
    </Button>
  );
}
