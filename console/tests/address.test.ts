import { beforeAll, describe, expect, it, vi } from "vitest";

let client: typeof import("../src/api/client");
beforeAll(async () => {
  vi.stubGlobal("location", { pathname: "/_aws/execute-api/a1/console/index.html", origin: "https://a.example" });
  client = await import("../src/api/client");
});

describe("addresses of the API", () => {
  it("begin where the page's folder lies", () => expect(client.API).toBe("/_aws/execute-api/a1"));
  it("escape what stands in a path", () =>
    expect(client.address("/people/{admdvs}/persons/{psn_no}", { admdvs: "440900", psn_no: "a/../b" }, undefined)).toBe(
      "/people/440900/persons/a%2F..%2Fb",
    ));
  it("leave out filters that are empty", () =>
    expect(client.address("/x", {}, { state: "", month: "2026-11", cursor: undefined })).toBe("/x?month=2026-11"));
});

describe("a refusal", () => {
  it("stands at its field, also within a list", () => {
    const found = new client.Refusal(400, "BAD", "…", [
      { code: "AMOUNT_FORMAT", field: "receipts.0.amount", rule: "至多两位小数" },
      { code: "FIELD_REQUIRED", field: "psn_no", rule: "须填写" },
    ]);
    expect(found.at("amount")).toBe("至多两位小数");
    expect(found.at("psn_no")).toBe("须填写");
    expect(found.at("reason")).toBe("");
  });
});
