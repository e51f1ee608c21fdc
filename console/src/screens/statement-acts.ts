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
  correction: [
    {
      field: "as_agreed",
      label: "按哪一版协议",
      kind: "choice",
      required: true,
      choices: [
        { value: "no", label: "原版协议(只更正点数)" },
        { value: "yes", label: "现行有效的协议版本" },
      ],
    },
    { field: "points", label: `更正后的${POINTS}(不变则不填)`, kind: "number" },
    { field: "document", label: "依据的文件", required: true },
    REASON,
  ],
  "correction/decision": DECISION,
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
  const { points, approved, as_agreed, reason, ...rest } = given;
  return {
    ...rest,
    ...(as_agreed ? { as_agreed: as_agreed === "yes" } : {}),
    ...(reason !== undefined || approved ? { reason: reason ?? "" } : {}),
    ...(points ? { points: Number(points) } : {}),
    ...(approved ? { approved: approved === "yes" } : {}),
  };
}
