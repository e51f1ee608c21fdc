// Plain lists: what each asks the API and which columns it shows.
import { get } from "../api/client";
import type { Shape } from "../api/types";
import { here } from "../auth/me";
import type { Column } from "../parts/DataTable.vue";
import { minute, yuan } from "../format";
import { word } from "../words";
import { region } from "../words/regions";

type Answer<R> = { rows: R[]; cursor?: string };
export interface List<R extends object> {
  caption: string;
  /** The filter of the list: a day, a month or a year; none where it has none. */
  by?: "day" | "month" | "year";
  columns: Column<R>[];
  keyOf: (row: R) => string;
  ask: (when: string, cursor: string) => Promise<Answer<R>>;
  leads?: (row: R) => string;
}
const list = <R extends object>(one: List<R>): List<object> => one as unknown as List<object>;

export const LISTS: Record<string, List<object>> = {
  register: list<Shape<"RegisterRow">>({
    caption: "救助对象名册",
    by: "day",
    columns: [
      { title: "人员编号", text: (row) => row.psn_no },
      { title: "救助类型", text: (row) => row.identity.category_name },
      { title: "认定地区", text: (row) => region(row.identity.admdvs) },
      { title: "身份起", text: (row) => row.identity.start },
      { title: "身份止", text: (row) => row.identity.end || "至今" },
      { title: "登记时间", text: (row) => minute(row.identity.recorded) },
    ],
    keyOf: (row) => row.psn_no + row.identity.category + row.identity.start,
    ask: (day, cursor) => get("/people/{admdvs}/register", { admdvs: here() }, { day, cursor }),
    leads: (row) => `/people/${encodeURIComponent(row.psn_no)}`,
  }),
  institutions: list<Shape<"InstitutionRow">>({
    caption: "定点机构",
    columns: [
      { title: "机构编码", text: (row) => row.institution },
      { title: "名称", text: (row) => row.name },
      { title: "等级", text: (row) => word("level", row.level) },
      { title: "所在地", text: (row) => region(row.region) },
      { title: "状态", text: (row) => (row.active ? "协议有效" : "协议终止") },
      { title: "待复核", text: (row) => (row.waits ? "有变更待复核" : "") },
      { title: "生效日", text: (row) => row.effective },
    ],
    keyOf: (row) => row.institution,
    ask: (_, cursor) => get("/institutions/{admdvs}", { admdvs: here() }, { cursor }),
  }),
  summaries: list<Shape<"SummaryShown">>({
    caption: "收支结余",
    by: "month",
    columns: [
      { title: "基金", text: (row) => row.name },
      { title: "收入(元)", amount: true, text: (row) => yuan(row.income) },
      { title: "支出(元)", amount: true, text: (row) => yuan(row.expense) },
      { title: "结余(元)", amount: true, text: (row) => yuan(row.left) },
      {
        title: "支出结构",
        text: (row) => row.structure.map((one) => `${one["name"]} ${yuan(one["amount"])} 元(${one["share"]}%)`).join(";"),
      },
    ],
    keyOf: (row) => row.fund,
    ask: (month) => get("/fund/{admdvs}/summaries", { admdvs: here() }, { first: month, last: month }),
  }),
  budget: list<Shape<"BudgetLineShown">>({
    caption: "预算执行",
    by: "year",
    columns: [
      { title: "科目编号", text: (row) => row.code },
      { title: "科目", text: (row) => row.name },
      { title: "预算(元)", amount: true, text: (row) => yuan(row.budgeted) },
      { title: "已执行(元)", amount: true, text: (row) => yuan(row.used) },
      { title: "未执行(元)", amount: true, text: (row) => yuan(row.left) },
    ],
    keyOf: (row) => row.code,
    ask: async (year) => ({ rows: (await get("/fund/{admdvs}/budget/{year}", { admdvs: here(), year: Number(year) })).lines }),
  }),
  "current-accounts": list<Shape<"CurrentAccountShown">>({
    caption: "往来款",
    by: "month",
    columns: [
      { title: "基金", text: (row) => word("fund", row.fund) },
      { title: "科目", text: (row) => `${row.code} ${row.name}` },
      { title: "单位", text: (row) => row.counterpart },
      { title: "余额(元)", amount: true, text: (row) => yuan(row.amount) },
      {
        title: "账龄",
        text: (row) => Object.entries(row.by_age).filter(([, one]) => one !== "0.00").map(([age, one]) => `${age} ${yuan(one)} 元`).join(";"),
      },
    ],
    keyOf: (row) => row.code + row.counterpart,
    ask: (month, cursor) => get("/fund/{admdvs}/current-accounts/{month}", { admdvs: here(), month }, { cursor }),
  }),
  batches: list<Shape<"BatchShown">>({
    caption: "付款批次",
    by: "month",
    columns: [
      { title: "批次编号", text: (row) => row.batch_id },
      { title: "日期", text: (row) => row.date },
      { title: "状态", text: (row) => word("batch", row.state) },
      { title: "笔数", amount: true, text: (row) => String(row.count) },
      { title: "金额(元)", amount: true, text: (row) => yuan(row.total) },
      { title: "出纳", text: (row) => row.opened_by_name ?? "" },
    ],
    keyOf: (row) => row.batch_id,
    ask: (month, cursor) => get("/payments/{admdvs}/batches", { admdvs: here() }, { month, cursor }),
  }),
  reads: list<Shape<"ReadShown">>({
    caption: "查阅留痕",
    by: "day",
    columns: [
      { title: "时间", text: (row) => row.at },
      { title: "谁", text: (row) => row.subject_name || (row.institution ? `定点机构 ${row.institution}` : "未登记姓名的人员") },
      { title: "查了谁", text: (row) => row.psn_no },
      { title: "为何", text: (row) => row.purpose_name },
      { title: "对象", text: (row) => row.item_name },
      { title: "来自", text: (row) => row.source },
    ],
    keyOf: (row) => row.at + row.subject + row.psn_no + row.item,
    ask: (day, cursor) => get("/access/{admdvs}/days/{day}", { admdvs: here(), day }, { cursor }),
  }),
  officers: list<Shape<"OfficerShown">>({
    caption: "经办人员",
    columns: [
      { title: "姓名和岗位", text: (row) => row.officer_name || "未登记姓名" },
      {
        title: "不相容岗位",
        text: (row) => [...new Set((row.duties as { duty: string }[]).map((one) => word("duty", one.duty)))].join("、"),
      },
      { title: "代行", text: (row) => (row.delegations.length ? `${row.delegations.length} 项委托` : "") },
    ],
    keyOf: (row) => row.officer,
    ask: (_, cursor) => get("/payments/{admdvs}/officers", { admdvs: here() }, { cursor }),
  }),
};
