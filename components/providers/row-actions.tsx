import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Cell } from "@/components/ui/stacked-table";
import type { ObjectRow } from "@/lib/shared/contract";

type Props = {
  row: Pick<ObjectRow, "owner"> & { id: string };
  onEdit: () => void;
  onRemove: () => void;
};

/** What can be done with a line; what a file owns is only shown, and removed there. */
export function RowActions({ row: { id, owner }, onEdit, onRemove }: Props) {
  const { t } = useWords();
  const isLocked = owner === "file";
  return (
    <Cell className="num">
      <Button
        tone="link"
        size="sm"
        aria-label={t(isLocked ? "providers.showOne" : "providers.editOne", { id })}
        onClick={onEdit}
      >
        {t(isLocked ? "providers.show" : "providers.edit")}
      </Button>
      <Button
        tone="link"
        size="sm"
        className={isLocked ? "invisible" : undefined}
        aria-label={t("providers.removeOne", { id })}
        onClick={onRemove}
      >
        {t("providers.remove")}
      </Button>
    </Cell>
  );
}
