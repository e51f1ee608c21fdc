// What somebody typed, as the place where it is looked at. Nothing is looked up here: the page that
// opens asks the API, which records who looked.
import type { RouteLocationRaw } from "vue-router";

const CERTIFICATE = /^\d{17}[\dXx]$/;
const CASE = /^\d{6}M[0-9A-F]{20}$/i;
const SETTLEMENT = /^\d{6}S[0-9A-Z]{20}R?$/i;
const STATEMENT = /^([A-Z]\d{11})[-/ ](\d{4}-\d{2})[-/ ](\d+)$/i;

export function where(typed: string): RouteLocationRaw | undefined {
  const text = typed.trim();
  if (!text) return undefined;
  const statement = STATEMENT.exec(text);
  if (statement) return `/clearing/${statement[1]!.toUpperCase()}/${statement[2]}/${statement[3]}`;
  // A certificate's number is handed over outside the address, where no history keeps it.
  if (CERTIFICATE.test(text)) return { path: "/people", state: { certno: text.toUpperCase() } };
  if (CASE.test(text)) return `/cases/${text.toUpperCase()}`;
  if (SETTLEMENT.test(text)) return `/settlements/${text.toUpperCase().replace(/R$/, "")}`;
  return { path: `/people/${encodeURIComponent(text)}` };
}
