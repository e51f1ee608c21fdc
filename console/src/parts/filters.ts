// Filters stand in the address: a view can be sent to a colleague and is found again.
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

export function filter(name: string, otherwise = ""): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  const opened = route.path;
  return computed({
    get: () => String(route.query[name] ?? otherwise),
    set: (value) => {
      if (route.path !== opened) return;
      void router.replace({ query: { ...route.query, [name]: value && value !== otherwise ? value : undefined } });
    },
  });
}
