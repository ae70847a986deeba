"use client";

import NextLink from "next/link";
import { type ComponentProps, useState } from "react";

/**
 * A link within the room. What is behind it is asked for when somebody points at it or comes to it by keys: of every link in
 * sight at once it would be in the way of the page itself, and none of these pages can be made ahead anyway.
 */
export function Link(props: ComponentProps<typeof NextLink>) {
  const [isMeant, setMeant] = useState(false);
  const mean = (): void => {
    setMeant(true);
  };
  return (
    <NextLink {...props} prefetch={isMeant ? "auto" : false} onPointerEnter={mean} onFocus={mean} />
  );
}
