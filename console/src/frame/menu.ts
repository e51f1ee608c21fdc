// The side menu: the screens in their groups. What an officer may not call is not offered.
import { mayCall } from "../auth/me";
import { routes } from "../routes";

export interface Group {
  title: string;
  icon: string;
  entries: { path: string; title: string }[];
}

const ICONS: Record<string, string> = {
  零星报销: "Document",
  人员: "User",
  机构结算: "OfficeBuilding",
  基金账册: "Coin",
  付款: "Wallet",
  稽核与管理: "View",
};

/** The groups with what the officer may open. */
export function offered(): Group[] {
  return Object.entries(ICONS)
    .map(([title, icon]) => ({ title, icon, entries: entriesOf(title) }))
    .filter((group) => group.entries.length);
}

function entriesOf(group: string): Group["entries"] {
  return routes.flatMap(({ path, meta }) =>
    meta?.group === group && !path.includes(":") && meta.needs && mayCall(meta.needs) ? [{ path, title: meta.title }] : [],
  );
}
