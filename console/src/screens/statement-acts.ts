// What each act of a statement asks for: the fields of its body in the API.
import type { Asked } from "../parts/ActDialog.vue";

const POINTS = "点数(分值)";
const REASON: Asked = { field: "reason", label: "原因", kind: "long", required: true };
/** Approved or not, and why not. */
export const DECISION: Asked[] = [
  {
    field: "approved",
    label: "决定",
    kind: "choice",
    required: true,
    choices: [
      { value: "yes", label: "同意" },
      { value: "no", label: "不同意" },
    ],
  },
  { field: "reason", label: "理由(不同意须说明)", kind: "long" },
];
const ASKED: Record<string, Asked[]> = {
  send_back: [REASON],
  points: [
    { field: "points", label: `更正后的${POINTS}`, kind: "number", required: true },
    { field: "document", label: "依据的文件", required: true },
    REASON,
  ],
  "points/decision": DECISION,
};
export const GRAVE = new Set(["send_back"]);

export function askedFor(act: string, needs: readonly string[]): Asked[] {
  const points: Asked[] = needs.includes("points")
    ? [{ field: "points", label: `当月${POINTS}`, kind: "number", required: true }]
    : [];
  return [...points, ...(ASKED[act] ?? [])];
}

/** The body of an act as the API takes it; what was not typed is not sent. */
export function bodyOf(given: Record<string, string>): object {
  const { points, approved, reason, ...rest } = given;
  return {
    ...rest,
    ...(reason !== undefined || approved ? { reason: reason ?? "" } : {}),
    ...(points ? { points: Number(points) } : {}),
    ...(approved ? { approved: approved === "yes" } : {}),
  };
}
