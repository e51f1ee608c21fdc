// The side menu: which screens there are, and the route of the API that each needs. What an officer
// may not call is not offered.
import { mayCall, type RouteName } from "../auth/me";

export interface Entry {
  path: string;
  title: string;
  needs: RouteName;
}
export interface Group {
  title: string;
  icon: string;
  entries: Entry[];
}

export const GROUPS: Group[] = [
  {
    title: "零星报销",
    icon: "Document",
    entries: [
      { path: "/inbox", title: "待办", needs: "GET /reimbursement/queues/{role}" },
      { path: "/cases", title: "申请查询", needs: "GET /reimbursement/cases" },
      { path: "/cases/new", title: "登记申请", needs: "POST /reimbursement/cases" },
    ],
  },
  {
    title: "人员",
    icon: "User",
    entries: [
      { path: "/people", title: "人员查询", needs: "POST /people/{admdvs}/search" },
      { path: "/register", title: "救助对象名册", needs: "GET /people/{admdvs}/register" },
    ],
  },
  {
    title: "机构结算",
    icon: "OfficeBuilding",
    entries: [
      { path: "/clearing", title: "月度对账", needs: "GET /clearing/{admdvs}/months/{month}" },
      { path: "/pending", title: "争议与扣减", needs: "GET /clearing/{admdvs}/pending/{institution}" },
      { path: "/institutions", title: "定点机构", needs: "GET /institutions/{admdvs}" },
    ],
  },
  {
    title: "基金账册",
    icon: "Coin",
    entries: [
      { path: "/balance", title: "试算平衡", needs: "GET /fund/{admdvs}/trial-balance" },
      { path: "/vouchers", title: "凭证", needs: "GET /fund/{admdvs}/vouchers/{month}" },
      { path: "/summaries", title: "收支结余", needs: "GET /fund/{admdvs}/summaries" },
      { path: "/budget", title: "预算执行", needs: "GET /fund/{admdvs}/budget/{year}" },
      { path: "/current-accounts", title: "往来款", needs: "GET /fund/{admdvs}/current-accounts/{month}" },
    ],
  },
  {
    title: "付款",
    icon: "Wallet",
    entries: [{ path: "/batches", title: "付款批次", needs: "GET /payments/{admdvs}/batches" }],
  },
  {
    title: "稽核与管理",
    icon: "View",
    entries: [
      { path: "/reads", title: "查阅留痕", needs: "GET /access/{admdvs}/days/{day}" },
      { path: "/officers", title: "经办人员", needs: "GET /payments/{admdvs}/officers" },
    ],
  },
];

/** The groups with what the officer may open. */
export function offered(): Group[] {
  return GROUPS.map((group) => ({ ...group, entries: group.entries.filter((one) => mayCall(one.needs)) })).filter(
    (group) => group.entries.length,
  );
}
