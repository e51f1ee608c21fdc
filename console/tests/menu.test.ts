import { expect, test, vi } from "vitest";

const may = vi.hoisted(() => ({ call: (_: string): boolean => true }));
vi.mock("../src/auth/me", () => ({ mayCall: (route: string) => may.call(route) }));

import { offered } from "../src/frame/menu";
import { routes } from "../src/routes";

const entries = () => offered().flatMap((group) => group.entries.map((one) => one.path));

test("every screen with a group and without a thing of its own stands in the menu once", () => {
  may.call = () => true;
  const screens = routes.filter((one) => one.meta?.group && !one.path.includes(":")).map((one) => one.path);
  expect(entries()).toEqual(screens);
  expect(screens.length).toBeGreaterThan(10);
});

test("what an officer may not call is not offered, nor a group without any", () => {
  may.call = (route) => route === "GET /payments/{admdvs}/batches";
  expect(offered()).toEqual([{ title: "付款", icon: "Wallet", entries: [{ path: "/batches", title: "付款批次" }] }]);
});
