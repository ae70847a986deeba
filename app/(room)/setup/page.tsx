import { SetupView } from "@/components/setup/setup-view";

export default function SetupPage() {
  return <SetupView />;
}
