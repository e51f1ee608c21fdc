// What each act of a case asks for beside its opinion: the fields of its body in the API.
import type { Asked } from "../parts/ActDialog.vue";
import { choices } from "../words";

const ASKED: Record<string, Asked[]> = {
  request_supplement: [
    { field: "material", label: "须补正的材料(每行一项)", kind: "lines", required: true, help: "一次告知全部须补正的材料" },
  ],
  supplement: [{ field: "material", label: "已补正的材料(每行一项)", kind: "lines", required: true }],
  transfer: [{ field: "point", label: "转至服务点编号", help: "留空为转回经办机构" }],
  approve_hardship: [{ field: "points", label: "降低的百分点", kind: "number", required: true }],
  demand_recovery: [{ field: "amount", label: "追回金额(元)", kind: "amount", required: true }],
  pay: [{ field: "batch_id", label: "付款批次编号", required: true }],
  front_paid: [{ field: "voucher", label: "承办机构的付款凭证号", required: true }],
  change_account: [
    { field: "acctname", label: "户名", required: true },
    { field: "bankacct", label: "账号", required: true },
    { field: "bankcode", label: "开户行行号", required: true },
    { field: "owner", label: "账户为谁所有", kind: "choice", choices: choices("owner"), required: true },
  ],
};
/** Acts that have a form of their own, elsewhere on the page. */
export const ELSEWHERE = new Set(["amend", "attach"]);
/** Acts that take money, a right or a case away: asked for in red. */
export const GRAVE = new Set(["refuse", "annul", "withdraw", "send_back", "drop_recovery", "demand_recovery"]);

export function askedFor(act: string, needs: readonly string[]): Asked[] {
  const reason: Asked = {
    field: "reason",
    label: needs.includes("reason") ? "意见(必填)" : "意见",
    kind: "long",
    required: needs.includes("reason"),
  };
  const clause: Asked[] = needs.includes("clause") ? [{ field: "clause", label: "所依据的条款", required: true }] : [];
  return [...(ASKED[act] ?? []), ...clause, reason];
}

/** The body of an act as the API takes it. */
export function bodyOf(act: string, version: number, given: Record<string, string>): object {
  const { reason = "", clause = "", material, points, acctname, bankacct, bankcode, owner, ...rest } = given;
  return {
    version,
    reason,
    clause,
    ...rest,
    ...(act === "transfer" ? { point: rest["point"] ?? "" } : {}),
    ...(material !== undefined ? { material: material.split("\n").map((one) => one.trim()).filter(Boolean) } : {}),
    ...(points !== undefined ? { points: Number(points) } : {}),
    ...(act === "change_account" ? { account: { acctname, bankacct, bankcode, owner } } : {}),
  };
}
