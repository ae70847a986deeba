"use client";

import { X } from "lucide-react";
import * as Popover from "radix-ui/popover";
import { useWords } from "@/components/lib/i18n/provider";
import { targetName } from "@/components/lib/targets/state";
import type { ObjectRef } from "@/components/lib/writes/model";
import { AnchoredPopover } from "@/components/ui/anchored-popover";
import { Button } from "@/components/ui/button";
import type { HealthView, SwitchView } from "@/lib/shared/contract";
import { SwitchForm } from "./switch-form";
import { TargetActions } from "./target-actions";
import { TargetDetails } from "./target-details";

type Props = {
  health: HealthView;
  objectRef: ObjectRef;
  anchor: HTMLElement;
  onClose: () => void;
};

/** Why an object is as it is, and the careful way to switch it: until when, how hard, and for what reason. */
export function ObjectPopover({ health, objectRef, anchor, onClose }: Props) {
  const { t } = useWords();
  const target = health.targets.find(
    ({ id }) => objectRef.type === "target" && id === objectRef.id,
  );
  const view = target?.switch ?? switchOf(health, objectRef);
  const title = target === undefined ? objectRef.id : targetName(target, health.targets);
  if (view === undefined) {
    return null;
  }
  return (
    <AnchoredPopover
      anchor={anchor}
      onClose={onClose}
      side="right"
      align="start"
      aria-labelledby="object-popover-title"
      data-target={target?.id}
      onEscapeKeyDown={stayUnderDialog}
      onInteractOutside={stayUnderDialog}
    >
      <div className="mb-1 flex items-start gap-2">
        <h3 id="object-popover-title" className="min-w-0 flex-1 font-strong break-words">
          {title}
        </h3>
        <Popover.Close asChild>
          <Button tone="ghost" size="icon" aria-label={t("popover.close")} className="-mt-1 -mr-1">
            <X size={14} aria-hidden="true" />
          </Button>
        </Popover.Close>
      </div>
      {target !== undefined && (
        <>
          <TargetDetails target={target} health={health} />
          <div className="border-t border-line pb-3">
            <TargetActions target={target} name={title} />
          </div>
        </>
      )}
      <SwitchForm objectRef={objectRef} name={title} view={view} onDone={onClose} />
    </AnchoredPopover>
  );
}

/** What a dialog over it hears is not meant for it, and the focus comes back to it. */
function stayUnderDialog(event: Event): void {
  if (document.querySelector("dialog[open]") !== null) {
    event.preventDefault();
  }
}

function switchOf(health: HealthView, { type, id }: ObjectRef): SwitchView | undefined {
  const objects = type === "model" ? health.models : health.regions;
  return objects.find((object) => object.id === id)?.switch;
}
