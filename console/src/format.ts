// How the office writes amounts and dates. Amounts come as text of yuan with two decimals and stay
// text: nothing here reckons.

/** `-1234567.50` → `-1,234,567.50`. */
export function yuan(text: string | null | undefined): string {
  if (text === null || text === undefined || text === "") return "";
  const [whole = "", part = "00"] = text.split(".");
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${part}`;
}

export const isZero = (text: string | null | undefined): boolean => !text || /^-?0+(\.0+)?$/.test(text);

/** `2026-11-27` → `2026年11月27日`. */
export function longDay(text: string): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return found ? `${found[1]}年${Number(found[2])}月${Number(found[3])}日` : text;
}

/** `2026-11` → `2026年11月`. */
export function longMonth(text: string): string {
  const found = /^(\d{4})-(\d{2})$/.exec(text);
  return found ? `${found[1]}年${Number(found[2])}月` : text;
}

/** `2026-11-27 15:04:05` → `2026-11-27 15:04`. */
export const minute = (text: string): string => text.replace(/^(\S+ \d{2}:\d{2}):\d{2}.*$/, "$1");

/** The month before one: `2026-01` → `2025-12`. */
export function monthBefore(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
}
