import { useState } from "react";

/** A field over a word of the address, which follows later than a hand types. */
export type TypedText = {
  readonly text: string;
  /** What the address said last. */
  readonly asked: string;
  /** What the field wrote into the address and has not read there yet, oldest first. */
  readonly said: readonly string[];
};

/** The field when somebody types. */
export function typing(field: TypedText, text: string): TypedText {
  return { ...field, text };
}

/** The field when its text goes into the address. */
export function saying(field: TypedText): TypedText {
  const words = field.text.trim();
  return words === lastSaid(field) ? field : { ...field, said: [...field.said, words] };
}

/**
 * The field when the address says something else: it shows that, unless the field said it itself or holds what somebody
 * has typed since.
 */
export function answering(field: TypedText, asked: string): TypedText {
  const echo = field.said.indexOf(asked.trim());
  const isUnsaid = field.text.trim() !== lastSaid(field);
  return {
    text: echo >= 0 || isUnsaid ? field.text : asked,
    asked,
    said: echo >= 0 ? field.said.slice(echo + 1) : [],
  };
}

function lastSaid(field: TypedText): string {
  return field.said.at(-1) ?? field.asked.trim();
}

/** What stands in a field over a word of the address; whoever writes the address calls `say` with it. */
export function useTypedText(asked: string) {
  const [field, setField] = useState<TypedText>({ text: asked, asked, said: [] });
  if (field.asked !== asked) {
    setField(answering(field, asked));
  }
  return {
    text: field.text,
    type: (text: string): void => {
      setField((now) => typing(now, text));
    },
    say: (): void => {
      setField(saying);
    },
  };
}
