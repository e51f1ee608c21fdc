import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

// The function that serves the pages carries what is built here. Addresses are relative: the page
// stands wherever the API does.
export default defineConfig({
  base: "./",
  plugins: [vue()],
  build: {
    outDir: "../functions/console/pages",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
  },
  test: { include: ["tests/**/*.test.ts"] },
});
