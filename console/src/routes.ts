// Which screens there are: what each is called, the group of the menu that it stands in, and the route
// of the API that it needs. In the order of the menu; a screen of one thing stands in none.
import type { RouteRecordRaw } from "vue-router";
import type { RouteName } from "./auth/me";

declare module "vue-router" {
  interface RouteMeta {
    title: string;
    group?: string;
    needs?: RouteName;
    /** The part of the address that names the one thing, where it is not the first; empty: none does. */
    of?: string;
  }
}

const lists = () => import("./screens/ListScreen.vue");

function list(path: string, title: string, group: string, needs: RouteName): RouteRecordRaw {
  return { path, component: lists, props: { name: path.slice(1) }, meta: { title, group, needs } };
}

export const routes: RouteRecordRaw[] = [
  { path: "/no-work", component: () => import("./screens/NoWork.vue"), meta: { title: "首页" } },
  {
    path: "/inbox",
    component: () => import("./screens/Inbox.vue"),
    meta: { title: "待办", group: "零星报销", needs: "GET /reimbursement/queues/{role}" },
  },
  {
    path: "/cases",
    component: () => import("./screens/Cases.vue"),
    meta: { title: "申请查询", group: "零星报销", needs: "GET /reimbursement/cases" },
  },
  {
    path: "/cases/new",
    component: () => import("./screens/NewCase.vue"),
    meta: { title: "登记申请", group: "零星报销", needs: "POST /reimbursement/cases" },
  },
  {
    path: "/cases/:caseId",
    component: () => import("./screens/CasePage.vue"),
    props: true,
    meta: { title: "申请", group: "零星报销", needs: "GET /reimbursement/cases/{case_id}" },
  },
  {
    path: "/people",
    component: () => import("./screens/People.vue"),
    meta: { title: "人员查询", group: "人员", needs: "POST /people/{admdvs}/search" },
  },
  list("/register", "救助对象名册", "人员", "GET /people/{admdvs}/register"),
  {
    path: "/drops",
    component: () => import("./screens/Drops.vue"),
    meta: { title: "部门名册", group: "人员", needs: "GET /people/{admdvs}/drops" },
  },
  {
    path: "/drops/new",
    component: () => import("./screens/Upload.vue"),
    meta: { title: "上传名册", group: "人员", needs: "POST /people/{admdvs}/uploads" },
  },
  {
    path: "/drops/:batch",
    component: () => import("./screens/DropPage.vue"),
    props: true,
    meta: { title: "报送文件", of: "", group: "人员", needs: "GET /people/{admdvs}/drops/{batch}" },
  },
  {
    path: "/people/:psnNo",
    component: () => import("./screens/PersonPage.vue"),
    props: true,
    meta: { title: "人员档案", group: "人员", needs: "GET /people/{admdvs}/persons/{psn_no}" },
  },
  {
    path: "/settlements/:setlId",
    component: () => import("./screens/SettlementPage.vue"),
    props: true,
    meta: { title: "结算说明", group: "人员", needs: "GET /traces/{admdvs}/settlements/{setl_id}" },
  },
  {
    path: "/clearing",
    component: () => import("./screens/Clearing.vue"),
    meta: { title: "月度对账", group: "机构结算", needs: "GET /clearing/{admdvs}/months/{month}" },
  },
  {
    path: "/clearing/:institution/:month/:number",
    component: () => import("./screens/StatementPage.vue"),
    props: true,
    meta: {
      title: "对账单",
      group: "机构结算",
      needs: "GET /clearing/{admdvs}/statements/{institution}/{month}/{number}",
    },
  },
  {
    path: "/pending",
    component: () => import("./screens/Pending.vue"),
    meta: { title: "争议与扣减", group: "机构结算", needs: "GET /clearing/{admdvs}/pending/{institution}" },
  },
  list("/institutions", "定点机构", "机构结算", "GET /institutions/{admdvs}"),
  {
    path: "/balance",
    component: () => import("./screens/Balance.vue"),
    meta: { title: "试算平衡", group: "基金账册", needs: "GET /fund/{admdvs}/trial-balance" },
  },
  {
    path: "/entries",
    component: () => import("./screens/Entries.vue"),
    meta: { title: "记账分录", group: "基金账册", needs: "GET /fund/{admdvs}/entries/{month}" },
  },
  {
    path: "/vouchers",
    component: () => import("./screens/Vouchers.vue"),
    meta: { title: "凭证", group: "基金账册", needs: "GET /fund/{admdvs}/vouchers/{month}" },
  },
  {
    path: "/vouchers/new",
    component: () => import("./screens/NewVoucher.vue"),
    meta: { title: "录入凭证", group: "基金账册", needs: "POST /fund/{admdvs}/vouchers" },
  },
  {
    path: "/vouchers/:month/:voucher",
    component: () => import("./screens/VoucherPage.vue"),
    props: true,
    meta: { title: "凭证明细", of: "voucher", group: "基金账册", needs: "GET /fund/{admdvs}/vouchers/{month}/{voucher_id}" },
  },
  list("/summaries", "收支结余", "基金账册", "GET /fund/{admdvs}/summaries"),
  list("/budget", "预算执行", "基金账册", "GET /fund/{admdvs}/budget/{year}"),
  list("/current-accounts", "往来款", "基金账册", "GET /fund/{admdvs}/current-accounts/{month}"),
  list("/batches", "付款批次", "付款", "GET /payments/{admdvs}/batches"),
  list("/reads", "查阅留痕", "稽核与管理", "GET /access/{admdvs}/days/{day}"),
  list("/officers", "经办人员", "稽核与管理", "GET /payments/{admdvs}/officers"),
  { path: "/forbidden", component: () => import("./screens/Forbidden.vue"), meta: { title: "无权查看" } },
  { path: "/:rest(.*)", component: () => import("./screens/NotFound.vue"), meta: { title: "没有此页" } },
];
