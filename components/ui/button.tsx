import { clsx } from "clsx";
import type { ComponentProps } from "react";

type Props = ComponentProps<"button"> & {
  tone?: "plain" | "primary" | "ghost" | "link";
  size?: "md" | "sm" | "icon";
};

const tones = {
  plain: "border-line-strong bg-surface text-fg hover:bg-hover disabled:border-line",
  primary: "border-fg bg-fg text-on-ink disabled:border-line",
  ghost: "border-transparent text-fg-2 hover:bg-hover",
  link: "border-transparent text-accent-text hover:underline underline-offset-3",
} as const;

const sizes = {
  md: "h-7.5 px-3 text-body touch:h-11 touch:px-4",
  sm: "h-6.5 px-2.25 text-small touch:h-11 touch:px-3.5",
  icon: "size-7 touch:size-11",
} as const;

export function Button({ tone = "plain", size = "md", className, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={clsx(
        "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors duration-(--m-fast) disabled:text-fg-3 disabled:opacity-70",
        tones[tone],
        sizes[size],
        className,
      )}
    />
  );
}
