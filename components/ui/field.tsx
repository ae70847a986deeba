"use client";

import { clsx } from "clsx";
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";
import { intoView } from "./into-view";

type Frame = {
  label: string;
  hint?: ReactNode | undefined;
  /** What is wrong; it stands beside the field, and what was typed stays. */
  problem?: string | undefined;
  className?: string | undefined;
};

type FieldProps = Frame &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "className"> & {
    value: string;
    isMono?: boolean;
    onValue: (value: string) => void;
  };

const box =
  "w-full rounded-control border border-line-control bg-surface px-2.5 aria-invalid:border-down disabled:bg-sunken disabled:text-fg-2 touch:h-11";

/** One line of text with its name. */
export function Field({
  label,
  hint,
  problem,
  className,
  onValue,
  isMono = false,
  ...rest
}: FieldProps) {
  return (
    <Framed label={label} hint={hint} problem={problem} className={className}>
      {(ids) => (
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...ids}
          onChange={(event) => {
            onValue(event.target.value);
          }}
          className={clsx(box, "h-7.5", isMono && "mono")}
        />
      )}
    </Framed>
  );
}

type ChoiceProps<T extends string> = Frame &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "className"> & {
    value: T;
    options: readonly { value: T; label: string }[];
    onValue: (value: T) => void;
  };

/** One of several, behind a native list. */
export function Choice<T extends string>({
  label,
  hint,
  problem,
  className,
  options,
  onValue,
  ...rest
}: ChoiceProps<T>) {
  return (
    <Framed label={label} hint={hint} problem={problem} className={className}>
      {(ids) => (
        <select
          {...rest}
          {...ids}
          onChange={(event) => {
            const chosen = options.find(({ value }) => value === event.target.value);
            if (chosen !== undefined) {
              onValue(chosen.value);
            }
          }}
          className={clsx(box, "h-7.5")}
        >
          {options.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Framed>
  );
}

type TextProps = Frame & {
  value: string;
  rows: number;
  placeholder?: string;
  onValue: (value: string) => void;
};

/** Several lines of text with their name. */
export function TextArea({ label, hint, problem, className, onValue, ...rest }: TextProps) {
  return (
    <Framed label={label} hint={hint} problem={problem} className={className}>
      {(ids) => (
        <textarea
          autoComplete="off"
          spellCheck={false}
          {...rest}
          {...ids}
          onChange={(event) => {
            onValue(event.target.value);
          }}
          className="mono block w-full rounded-control border border-line-control bg-surface px-2.5 py-1.5 aria-invalid:border-down"
        />
      )}
    </Framed>
  );
}

type CheckProps = {
  label: ReactNode;
  hint?: ReactNode;
  isOn: boolean;
  disabled?: boolean;
  onChange: (isOn: boolean) => void;
};

/** Yes or no. */
export function Check({ label, hint, isOn, disabled, onChange }: CheckProps) {
  const id = useId();
  return (
    <div>
      <label className="flex min-h-6 items-center gap-2 touch:min-h-11">
        <input
          type="checkbox"
          checked={isOn}
          disabled={disabled}
          aria-describedby={hint === undefined ? undefined : id}
          onChange={(event) => {
            onChange(event.target.checked);
          }}
          className="size-4 shrink-0 accent-(--fg) touch:size-5"
        />
        <span className="min-w-0">{label}</span>
      </label>
      {hint !== undefined && (
        <p id={id} className="run pl-6 text-small text-fg-3 touch:-mt-2 touch:pl-7">
          {hint}
        </p>
      )}
    </div>
  );
}

type Ids = { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };

function Framed({
  label,
  hint,
  problem,
  className,
  children,
}: Frame & { children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div
      ref={problem === undefined ? undefined : intoView}
      className={clsx("min-w-0 scroll-my-20", className)}
    >
      <label htmlFor={id} className="mb-1 block text-small text-fg-2">
        {label}
      </label>
      {children({
        id,
        "aria-invalid": problem !== undefined,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
      })}
      {note !== undefined && (
        <p
          id={`${id}-note`}
          role={problem === undefined ? undefined : "alert"}
          className={clsx("run mt-0.5 text-small", problem === undefined ? "text-fg-3" : "text-fg")}
        >
          {note}
        </p>
      )}
    </div>
  );
}
