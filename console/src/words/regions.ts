// Regions by name, from the product's own list; read once, after somebody has signed in.
import { reactive } from "vue";

const names = reactive<Record<string, string>>({ "100000": "全国", "000000": "全国" });

export async function readRegions(): Promise<void> {
  const { default: text } = await import("../../../src/medaid/region_names.txt?raw");
  for (const line of text.split("\n")) {
    const [code, name] = line.split(" ");
    if (code && name && !code.startsWith("#")) names[code] = name;
  }
}

export const region = (code: string): string => (code ? (names[code] ?? `区划${code}`) : "");

/** The first regions whose code or name has `text` in it. */
export function regionsLike(text: string, most = 30): { value: string; label: string }[] {
  const found = [];
  for (const [value, label] of Object.entries(names)) {
    if (value.startsWith(text) || label.includes(text)) found.push({ value, label: `${label} ${value}` });
    if (found.length === most) break;
  }
  return found;
}
