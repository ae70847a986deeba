"use client";

import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { useWords } from "@/components/lib/i18n/provider";
import { ChainRow, type ChainRowProps } from "./chain-row";

export type DragListProps = {
  rows: readonly { id: string; row: ChainRowProps }[];
  onMove: (from: number, to: number) => void;
};

/** The rows of a chain, to be dragged by their handles: with a pointer, or with Space and arrows. */
export function DragList({ rows, onMove }: DragListProps) {
  const { t } = useWords();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const placeOf = (id: UniqueIdentifier): number => rows.findIndex((row) => row.id === id);
  const placed = (key: "picked" | "over" | "dropped") => (id: UniqueIdentifier, place: number) =>
    t(`routes.announce.${key}`, { model: String(id), place: place + 1, of: rows.length });
  const onDragEnd = ({ active, over }: DragEndEvent): void => {
    if (over !== null && over.id !== active.id) {
      onMove(placeOf(active.id), placeOf(over.id));
    }
  };
  return (
    <DndContext
      id="chain"
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={onDragEnd}
      accessibility={{
        // A live region may not stand inside a list.
        container: document.body,
        screenReaderInstructions: { draggable: t("routes.announce.how") },
        announcements: {
          onDragStart: ({ active }) => placed("picked")(active.id, placeOf(active.id)),
          onDragOver: ({ active, over }) =>
            over === null ? undefined : placed("over")(active.id, placeOf(over.id)),
          onDragEnd: ({ active, over }) =>
            placed("dropped")(active.id, placeOf(over?.id ?? active.id)),
          onDragCancel: ({ active }) =>
            t("routes.announce.cancelled", { model: String(active.id) }),
        },
      }}
    >
      <SortableContext items={rows.map(({ id }) => id)} strategy={verticalListSortingStrategy}>
        {rows.map(({ id, row }) => (
          <SortableRow key={id} id={id} row={row} />
        ))}
      </SortableContext>
    </DndContext>
  );
}

function SortableRow({ id, row }: { id: string; row: ChainRowProps }) {
  const { setNodeRef, attributes, listeners, transform, transition, isDragging } = useSortable({
    id,
  });
  // dnd-kit's own name for the role would be English.
  const { "aria-roledescription": _role, ...handle } = attributes;
  return (
    <ChainRow
      {...row}
      drag={{
        rootRef: setNodeRef,
        style: { transform: CSS.Translate.toString(transform), transition },
        isDragging,
        handle: { ...handle, ...listeners },
      }}
    />
  );
}
