// Names of the region's institutions, read once for all pages that show codes.
import { reactive } from "vue";
import { get } from "../api/client";
import { here, mayCall } from "../auth/me";

const names = reactive<Record<string, string>>({});
let asked: Promise<void> | undefined;

async function read(): Promise<void> {
  if (!mayCall("GET /institutions/{admdvs}")) return;
  let cursor = "";
  do {
    const page = await get("/institutions/{admdvs}", { admdvs: here() }, { limit: 200, cursor });
    for (const one of page.rows) names[one.institution] = one.name;
    cursor = page.cursor ?? "";
  } while (cursor);
}

/** The institution by name where the register of this region has it, else by its code. */
export function institution(code: string): string {
  asked ??= read().catch(() => undefined);
  return names[code] ? `${names[code]}(${code})` : code;
}
