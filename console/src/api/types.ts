import type { components } from "./schema";

/** A shape of the API by its name. */
export type Shape<N extends keyof components["schemas"]> = components["schemas"][N];
