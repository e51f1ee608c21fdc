// A list by pages: rows gather as the next page is asked for.
import { reactive, watch, type WatchSource } from "vue";
import type { Refusal } from "../api/client";
import { asRefusal } from "./load";

interface Answer<Row> {
  rows: Row[];
  cursor?: string;
  total?: number | null;
}
export interface Pages<Row> {
  rows: Row[];
  cursor: string;
  refusal: Refusal | undefined;
  loading: boolean;
  more: () => Promise<void>;
  again: () => Promise<void>;
}

export function pages<Row>(ask: (cursor: string) => Promise<Answer<Row>>, on?: WatchSource | WatchSource[]): Pages<Row> {
  let turn = 0;
  const found = reactive({
    rows: [] as Row[],
    cursor: "",
    refusal: undefined as Refusal | undefined,
    loading: true,
    async more(): Promise<void> {
      const mine = ++turn;
      found.loading = true;
      try {
        const answer = await ask(found.cursor);
        if (mine !== turn) return;
        (found.rows as Row[]).push(...answer.rows);
        found.cursor = answer.cursor ?? "";
        found.refusal = undefined;
      } catch (why) {
        if (mine === turn) found.refusal = asRefusal(why);
      } finally {
        if (mine === turn) found.loading = false;
      }
    },
    async again(): Promise<void> {
      found.rows = [];
      found.cursor = "";
      await found.more();
    },
  });
  if (on) watch(on, () => void found.again());
  void found.more();
  return found as Pages<Row>;
}
