// From the API's own description: which roles each route lets in, so that a page offers no other.
import { readFileSync, writeFileSync } from "node:fs";

const { paths } = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url)));
const roles = {};
for (const [path, methods] of Object.entries(paths))
  for (const [method, route] of Object.entries(methods))
    roles[`${method.toUpperCase()} ${path}`] = route["x-roles"] ?? [];
writeFileSync(new URL("../src/api/roles.json", import.meta.url), JSON.stringify(roles, null, 1));
