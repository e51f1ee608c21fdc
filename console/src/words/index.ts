// The one dictionary: made of the product's own data (docs/dictionary.json).
import dictionary from "../../../docs/dictionary.json";

export type Field = keyof typeof dictionary;

/** What a code of a field is called; a code that nobody listed is said to be one. */
export function word(field: Field, code: string | null | undefined): string {
  if (!code) return "";
  const known: Record<string, string> = dictionary[field];
  return known[code] ?? known[code.replace(/^0+/, "")] ?? `其他(代码${code})`;
}

/** Codes and names of a field, for choices. */
export function choices(field: Field): { value: string; label: string }[] {
  return Object.entries(dictionary[field] as Record<string, string>).map(([value, label]) => ({ value, label }));
}
