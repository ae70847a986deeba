import { MissingView } from "@/components/shell/missing-view";

export default function NotFound() {
  return <MissingView />;
}
