import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { TableScroll } from "./table-scroll";

type Props = {
  label: string;
  columns: readonly { label: string; isNumber: boolean }[];
  /** What the buttons at the end of a line are called together; absent: there are none. */
  actions?: string;
  /** The lines, with roles of their own: laid out as cards they are no table to every browser. */
  children: ReactNode;
};

/** A table whose lines are cards on a phone: the name with its state, each figure behind its column's name, the buttons. */
export function StackedTable({ label, columns, actions, children }: Props) {
  return (
    <TableScroll label={label}>
      <table role="table" className="data-table stacked-table">
        <thead role="rowgroup" className="phone:sr-only">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.label}
                role="columnheader"
                scope="col"
                className={clsx(column.isNumber && "num")}
              >
                {column.label}
              </th>
            ))}
            {actions !== undefined && (
              <th role="columnheader" scope="col">
                <span className="sr-only">{actions}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </TableScroll>
  );
}

/** What a line is about. */
export function NameCell({ children }: { children: ReactNode }) {
  return (
    <th role="rowheader" scope="row">
      {children}
    </th>
  );
}

/** A figure of a line; without a label it is the state, or the buttons at the end. */
export function Cell({ label, ...rest }: ComponentProps<"td"> & { label?: string }) {
  return <td role="cell" data-label={label} {...rest} />;
}
