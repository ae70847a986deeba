import type { Format } from "@/lib/shared/format";
import type { Text } from "../i18n/messages";
import type { Wanted } from "./model";
import type { Proof } from "./proof";

const tenSecondsMs = 10_000;
const instantMs = 100;

/** The parts of a proof's sentence, to be joined by a middle dot; `wanted` is null for what is no switch and no order. */
export function proofTexts(proof: Proof, wanted: Wanted | null, f: Format): Text[] {
  switch (proof.kind) {
    case "sending":
      return [{ key: "proof.sending" }];
    case "applying":
      return [{ key: "proof.applying", values: { acked: proof.acked, of: proof.of } }];
    case "silent":
      return proof.of === 0 ? [{ key: "proof.noNodes" }] : missingTexts(proof);
    case "applied": {
      const { of, tookMs, lastCall } = proof;
      const done: Text = {
        key: `proof.applied.${effectOf(wanted)}`,
        values: { of, took: tookMs < instantMs ? f.ms(tookMs) : f.seconds(tookMs) },
      };
      if (lastCall === null) {
        return [done];
      }
      const place = `${lastCall.model} / ${lastCall.region}`;
      const { agoMs } = lastCall;
      const ago = agoMs < tenSecondsMs ? f.seconds(agoMs) : f.duration(agoMs);
      const key = lastCall.contradicts ? "proof.lastCallStill" : "proof.lastCall";
      return [done, { key, values: { ago, place } }];
    }
  }
}

function missingTexts({ acked, of, nodes, refusing }: Proof & { kind: "silent" }): Text[] {
  const refused: Text[] =
    refusing.length === 0 ? [] : [{ key: "proof.refused", values: { nodes: refusing.join(", ") } }];
  return nodes.length === 0
    ? [{ key: "proof.partly", values: { acked, of } }, ...refused]
    : [{ key: "proof.silent", values: { acked, of, nodes: nodes.join(", ") } }, ...refused];
}

function effectOf(wanted: Wanted | null): "on" | "off" | "order" {
  if (wanted === null || wanted.kind === "order") {
    return "order";
  }
  return wanted.intent === "enabled" ? "on" : "off";
}
