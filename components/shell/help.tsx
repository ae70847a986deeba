import { useWords } from "@/components/lib/i18n/provider";
import { Dialog } from "@/components/ui/dialog";
import { Key } from "@/components/ui/key";
import { DialogHead } from "./dialog-head";
import { keyName } from "./keymap";
import { pages } from "./nav-links";

const keys = [
  ["Ctrl K · ⌘ K", "help.palette"],
  ["?", "help.help"],
  ["/", "help.filter"],
  ["⇧ S", "help.views"],
  ["j · k", "help.rows"],
  ["u", "help.undo"],
  [".", "help.pause"],
  ["[ · ]", "help.shift"],
  ["- · =", "help.zoom"],
  ["0", "help.live"],
  ["t", "help.time"],
  ["y", "help.link"],
  ["e", "help.export"],
  ["f", "help.worst"],
  ["b", "help.probe"],
  ["← ↑ ↓ →", "help.move"],
  ["Space", "help.switch"],
  ["Enter", "help.why"],
  ["Alt ↑ ↓", "help.reorder"],
  ["p", "help.promote"],
  ["Esc", "help.close"],
] as const;

/** The keys of the page. */
export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog labelledBy="help-title" shape="sheet" onClose={onClose}>
      <DialogHead id="help-title" title={t("help.title")} onClose={onClose} />
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2">
        {keys.map(([key, label]) => (
          <div key={key} className="contents">
            <dt>
              <Key>{key}</Key>
            </dt>
            <dd className="text-fg-2">{t(label)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="mt-4 mb-2 text-small font-medium">{t("help.pages")}</h3>
      <dl className="grid grid-cols-[auto_1fr_auto_1fr] items-baseline gap-x-4 gap-y-2">
        {pages.map(({ href, label, key }) => (
          <div key={href} className="contents">
            <dt>
              <Key>g {keyName(key)}</Key>
            </dt>
            <dd className="text-fg-2">{t(label)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
