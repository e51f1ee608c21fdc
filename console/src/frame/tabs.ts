// The pages that are open, in the order they were opened.
import { reactive } from "vue";
import type { RouteLocationNormalized } from "vue-router";

export interface Tab {
  path: string;
  /** With its filters, so that a tab comes back as it was left. */
  full: string;
  title: string;
}

const MOST = 12;

export const tabs = reactive<Tab[]>([]);

/** What a tab is called: the page, and of which thing where it shows one. */
export function titleOf(to: RouteLocationNormalized): string {
  const of = to.meta.of === undefined ? Object.values(to.params).flat()[0] : to.params[to.meta.of];
  return of && to.matched[0]?.path.includes(":") && to.meta.title !== "没有此页" ? `${to.meta.title} ${of}` : to.meta.title;
}

export function opened(to: RouteLocationNormalized): void {
  const known = tabs.find((one) => one.path === to.path);
  if (known) known.full = to.fullPath;
  else tabs.push({ path: to.path, full: to.fullPath, title: titleOf(to) });
  if (tabs.length > MOST) tabs.shift();
}

/** Closes a tab; answers where to go where it was the open one. */
export function closed(path: string, open: string): string | undefined {
  const at = tabs.findIndex((one) => one.path === path);
  if (at < 0) return undefined;
  tabs.splice(at, 1);
  return path === open ? (tabs[at] ?? tabs[at - 1])?.full ?? "/" : undefined;
}
