// Dark and large type: how one person likes to see the pages, kept in the browser.
import { reactive, watch } from "vue";

const KEPT = "medaid.look";

export const look = reactive<{ dark: boolean; large: boolean }>({
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  large: false,
  ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as object),
});

export function applyLook(): void {
  watch(
    look,
    () => {
      document.documentElement.classList.toggle("dark", look.dark);
      document.documentElement.classList.toggle("large", look.large);
      localStorage.setItem(KEPT, JSON.stringify(look));
    },
    { immediate: true },
  );
}
