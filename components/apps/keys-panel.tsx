"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endFormerSecret } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { keysQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import { Cell, NameCell, StackedTable } from "@/components/ui/stacked-table";
import { Tag } from "@/components/ui/tag";
import type { KeyView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { CreateKey } from "./create-key";
import { EditKey } from "./edit-key";
import { RevokeKey } from "./revoke-key";
import { RotateKey } from "./rotate-key";

const columns = ["key", "state", "used", "hour", "spent", "limits"] as const;

/** Who may call: every application key, what it may do, and what it does. */
export function KeysPanel() {
  const { t } = useWords();
  const query = useQuery(keysQueries.list());
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<KeyView | null>(null);
  const [rotating, setRotating] = useState<KeyView | null>(null);
  const [editing, setEditing] = useState<KeyView | null>(null);
  const keys = query.data?.keys ?? [];
  return (
    <Panel
      id="keys"
      title={t("apps.keys")}
      subtitle={t("apps.keysNote")}
      aside={
        <Button
          onClick={() => {
            setCreating(true);
          }}
        >
          {t("apps.create")}
        </Button>
      }
    >
      <QueryState query={query} skeleton="h-48" />
      {query.data !== undefined && keys.length === 0 && (
        <p className="run py-6 text-fg-2">{t("apps.empty")}</p>
      )}
      {keys.length > 0 && (
        <StackedTable
          label={t("apps.keys")}
          columns={columns.map((key) => ({
            label: t(`apps.columns.${key}`),
            isNumber: key === "hour" || key === "spent",
          }))}
          actions={t("providers.columns.actions")}
        >
          {keys.map((key) => (
            <KeyRow
              key={key.id}
              row={key}
              onEdit={setEditing}
              onRotate={setRotating}
              onRevoke={setRevoking}
            />
          ))}
        </StackedTable>
      )}
      {isCreating && (
        <CreateKey
          onClose={() => {
            setCreating(false);
          }}
        />
      )}
      {editing !== null && (
        <EditKey
          row={editing}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
      {rotating !== null && (
        <RotateKey
          row={rotating}
          onClose={() => {
            setRotating(null);
          }}
        />
      )}
      {revoking !== null && (
        <RevokeKey
          row={revoking}
          onClose={() => {
            setRevoking(null);
          }}
        />
      )}
    </Panel>
  );
}

type RowProps = {
  row: KeyView;
  onEdit: (row: KeyView) => void;
  onRotate: (row: KeyView) => void;
  onRevoke: (row: KeyView) => void;
};

function KeyRow({ row, onEdit, onRotate, onRevoke }: RowProps) {
  const { t, f } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const isRevoked = row.revokedAt !== null;
  const { allowedModels, allowedRegions } = row.limits;
  const allowed = [allowedModels, allowedRegions]
    .flatMap((ids) => ids?.join(", ") ?? [])
    .join(" · ");
  return (
    <tr role="row" data-testid={`key-${row.id}`} className={isRevoked ? "text-fg-3" : undefined}>
      <NameCell>
        <span className="block truncate md:max-w-52 font-medium" title={row.id}>
          {row.id} {row.kind === "demo" && <Tag>{t("demo.tag")}</Tag>}
        </span>
        {row.name !== row.id && (
          <span className="block truncate md:max-w-52 text-fg-2" title={row.name}>
            {row.name}
          </span>
        )}
        <span className="mono block text-small text-fg-3">…{row.last4}</span>
        {row.former !== null && row.former.until > nowMs && (
          <span
            className="flex items-center gap-1.5 text-small text-fg-3 phone:flex-wrap"
            data-testid="former"
          >
            <span className="mono">…{row.former.last4}</span>
            {t("apps.rotate.stays", { for: f.duration(row.former.until - nowMs) })}
            <Button
              tone="link"
              size="sm"
              aria-label={t("apps.rotate.endOne", { id: row.id })}
              onClick={() => {
                endFormerSecret(row.id)
                  .then(() => client.invalidateQueries({ queryKey: keysQueries.all() }))
                  // The line stays, and with it the button.
                  .catch(() => undefined);
              }}
            >
              {t("apps.rotate.end")}
            </Button>
          </span>
        )}
      </NameCell>
      <Cell>
        <span className="inline-flex items-center gap-1.5">
          <Glyph state={isRevoked ? "off" : "healthy"} size={12} />
          {t(isRevoked ? "apps.revoked" : "apps.active")}
        </span>
        {row.source === "file" && (
          <span className="block text-small text-fg-3">{t("apps.fromFile")}</span>
        )}
      </Cell>
      <Cell label={t("apps.columns.used")}>
        {row.lastUsedAt === null
          ? t("apps.never")
          : t("details.ago", { ago: f.duration(Math.max(0, nowMs - row.lastUsedAt)) })}
      </Cell>
      <Cell className="num" label={t("apps.columns.hour")}>
        {f.count(row.callsInHour)}
      </Cell>
      <Cell className="num" label={t("apps.columns.spent")}>
        {f.money(row.spentNanoUsd)}
        {row.limits.budgetUsdPerMonth !== null && (
          <span className="block text-small text-fg-3">
            {t("apps.ofBudget", { money: f.money(row.limits.budgetUsdPerMonth * 1e9) })}
          </span>
        )}
      </Cell>
      <Cell className="text-fg-2 md:max-w-72" label={t("apps.columns.limits")}>
        <span className="block md:truncate">{limitsText()}</span>
        <span className="block text-small text-fg-3 md:truncate" title={allowed}>
          {allowed}
        </span>
      </Cell>
      <Cell className="num">
        {!isRevoked && row.source !== "file" && (
          <>
            <Button
              tone="link"
              size="sm"
              aria-label={t("apps.edit.one", { id: row.id })}
              onClick={() => {
                onEdit(row);
              }}
            >
              {t("apps.edit.do")}
            </Button>
            <Button
              tone="link"
              size="sm"
              className={row.kind === "live" ? undefined : "invisible phone:hidden"}
              aria-label={t("apps.rotate.one", { id: row.id })}
              onClick={() => {
                onRotate(row);
              }}
            >
              {t("apps.rotate.do")}
            </Button>
            <Button
              tone="link"
              size="sm"
              aria-label={t("apps.revokeKey", { id: row.id })}
              onClick={() => {
                onRevoke(row);
              }}
            >
              {t("apps.revoke")}
            </Button>
          </>
        )}
      </Cell>
    </tr>
  );

  function limitsText(): string {
    const { rpm, tpm, parallel } = row.limits;
    const parts = [
      ...(rpm === null ? [] : [t("apps.limit.rpm", { n: f.count(rpm) })]),
      ...(tpm === null ? [] : [t("apps.limit.tpm", { n: f.compact(tpm) })]),
      ...(parallel === null ? [] : [t("apps.limit.parallel", { n: f.count(parallel) })]),
    ];
    return parts.length === 0 && allowed === "" ? noValue : parts.join(" · ");
  }
}
