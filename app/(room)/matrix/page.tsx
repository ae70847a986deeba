import { MatrixPageView } from "@/components/targets/matrix-page-view";

export default function MatrixPage() {
  return <MatrixPageView />;
}
