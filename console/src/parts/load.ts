// Something asked for, with the states that every page shows: asking, answered, refused.
import { reactive, watch, type WatchSource } from "vue";
import { Refusal } from "../api/client";

export interface Loaded<T> {
  value: T | undefined;
  refusal: Refusal | undefined;
  loading: boolean;
  again: () => Promise<void>;
}

/** Asks now and whenever `on` changes; an answer that was overtaken is dropped. */
export function load<T>(ask: () => Promise<T>, on?: WatchSource | WatchSource[]): Loaded<T> {
  let turn = 0;
  const found = reactive({
    value: undefined as T | undefined,
    refusal: undefined as Refusal | undefined,
    loading: true,
    async again(): Promise<void> {
      const mine = ++turn;
      found.loading = true;
      try {
        const value = await ask();
        if (mine !== turn) return;
        found.value = value as never;
        found.refusal = undefined;
      } catch (why) {
        if (mine !== turn) return;
        found.value = undefined;
        found.refusal = asRefusal(why) as never;
      } finally {
        if (mine === turn) found.loading = false;
      }
    },
  }) as unknown as Loaded<T>;
  if (on) watch(on, () => void found.again());
  void found.again();
  return found;
}

export function asRefusal(why: unknown): Refusal {
  return why instanceof Refusal ? why : new Refusal(0, "PAGE", "页面出错,请刷新后重试", []);
}
