// Who is signed in, as the API says it, and what the API lets those roles do.
import { reactive, readonly } from "vue";
import routes from "../api/roles.json";
import { get } from "../api/client";
import type { Shape } from "../api/types";

const state = reactive<{ me: Shape<"MyselfShown"> | undefined }>({ me: undefined });

export const signedInAs = readonly(state) as { readonly me: Shape<"MyselfShown"> | undefined };

export async function learnWhoIAm(): Promise<void> {
  state.me = await get("/access/me", {});
}

/** The region for whose office the officer works. */
export const here = (): string => state.me?.region ?? "";

/** Whether the API lets one of the officer's roles call a route, for example `GET /fund/{admdvs}/pools/{year}`. */
export function mayCall(route: keyof typeof routes): boolean {
  return routes[route].some((role: string) => state.me?.roles.includes(role));
}

export type RouteName = keyof typeof routes;
