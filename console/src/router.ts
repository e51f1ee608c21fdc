import { createRouter, createWebHashHistory } from "vue-router";
import { mayCall } from "./auth/me";
import { offered } from "./frame/menu";
import { routes } from "./routes";

const home = { path: "/", redirect: () => offered()[0]?.entries[0]?.path ?? "/no-work" };

export const router = createRouter({ history: createWebHashHistory(), routes: [home, ...routes] });

router.beforeEach((to) => {
  if (to.meta.needs && !mayCall(to.meta.needs)) return { path: "/forbidden", query: { page: to.meta.title } };
  return true;
});
router.afterEach((to) => {
  document.title = `${to.meta.title} · 医疗救助经办系统`;
});
