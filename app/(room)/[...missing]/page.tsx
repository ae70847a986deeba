import { notFound } from "next/navigation";

/** Whatever no page answers to is missing within the room: its rail leads on. */
export default function MissingPage() {
  notFound();
}
