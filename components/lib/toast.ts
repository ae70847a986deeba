import type { ReactElement } from "react";

interface ToastOptions {
  /** Another one with it takes its place. */
  readonly id?: string;
  /** ms. */
  readonly duration: number;
}

/** Takes a toast away before its time. */
export function hideToast(id: string): void {
  import("sonner").then(({ toast }) => toast.dismiss(id)).catch(() => undefined);
}

/** Shows `content` for a while; its library comes behind the page, and a notice that cannot be shown holds nothing up. */
export function showToast(content: () => ReactElement, options: ToastOptions): void {
  import("sonner").then(({ toast }) => toast.custom(content, options)).catch(() => undefined);
}
