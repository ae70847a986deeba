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
import { Tag } from "@/components/ui/tag";
import type { KeyView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { CreateKey } from "./create-key";
import { EditKey } from "./edit-key";
import { RevokeKey } from "./revoke-key";
import { RotateKey } from "./rotate-key";

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
        <div className="relative -mx-4 scroll-x px-4">
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t("apps.columns.key")}</th>
                <th scope="col">{t("apps.columns.state")}</th>
                <th scope="col">{t("apps.columns.used")}</th>
                <th scope="col" className="num">
                  {t("apps.columns.hour")}
                </th>
                <th scope="col" className="num">
                  {t("apps.columns.spent")}
                </th>
                <th scope="col" className="pl-4!">
                  {t("apps.columns.limits")}
                </th>
                <th scope="col">
                  <span className="sr-only">{t("apps.revoke")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <KeyRow
                  key={key.id}
                  row={key}
                  onEdit={setEditing}
                  onRotate={setRotating}
                  onRevoke={setRevoking}
                />
              ))}
            </tbody>
          </table>
        </div>
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
    <tr data-testid={`key-${row.id}`} className={isRevoked ? "text-fg-3" : undefined}>
      <th scope="row" className="py-1.5! text-body! font-regular! text-fg!">
        <span className="block max-w-52 truncate font-medium" title={row.id}>
          {row.id} {row.kind === "demo" && <Tag>{t("demo.tag")}</Tag>}
        </span>
        {row.name !== row.id && (
          <span className="block max-w-52 truncate text-fg-2" title={row.name}>
            {row.name}
          </span>
        )}
        <span className="mono block text-small text-fg-3">…{row.last4}</span>
        {row.former !== null && row.former.until > nowMs && (
          <span className="flex items-center gap-1.5 text-small text-fg-3" data-testid="former">
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
      </th>
      <td>
        <span className="inline-flex items-center gap-1.5">
          <Glyph state={isRevoked ? "off" : "healthy"} size={12} />
          {t(isRevoked ? "apps.revoked" : "apps.active")}
        </span>
        {row.source === "file" && (
          <span className="block text-small text-fg-3">{t("apps.fromFile")}</span>
        )}
      </td>
      <td>
        {row.lastUsedAt === null
          ? t("apps.never")
          : t("details.ago", { ago: f.duration(Math.max(0, nowMs - row.lastUsedAt)) })}
      </td>
      <td className="num">{f.count(row.callsInHour)}</td>
      <td className="num">
        {f.money(row.spentNanoUsd)}
        {row.limits.budgetUsdPerMonth !== null && (
          <span className="block text-small text-fg-3">
            {t("apps.ofBudget", { money: f.money(row.limits.budgetUsdPerMonth * 1e9) })}
          </span>
        )}
      </td>
      <td className="max-w-72 pl-4! text-fg-2">
        <span className="block truncate">{limitsText()}</span>
        <span className="block truncate text-small text-fg-3" title={allowed}>
          {allowed}
        </span>
      </td>
      <td className="num">
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
            {row.kind === "live" && (
              <Button
                tone="link"
                size="sm"
                aria-label={t("apps.rotate.one", { id: row.id })}
                onClick={() => {
                  onRotate(row);
                }}
              >
                {t("apps.rotate.do")}
              </Button>
            )}
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
      </td>
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
