import { describe, expect, it } from "vitest";
import { askedFor, bodyOf } from "../src/screens/case-acts";

describe("what an act asks for", () => {
  it("its opinion always, required where the procedure says so", () => {
    expect(askedFor("audit", []).map((one) => [one.field, one.required])).toEqual([["reason", false]]);
    expect(askedFor("send_back", ["reason"])[0]?.required).toBe(true);
  });
  it("what its body needs beside", () =>
    expect(askedFor("refuse", ["reason", "clause"]).map((one) => one.field)).toEqual(["clause", "reason"]));
});

describe("the body of an act", () => {
  it("carries the version on which it was decided", () =>
    expect(bodyOf("audit", 7, { reason: "属实" })).toEqual({ version: 7, reason: "属实", clause: "" }));
  it("lists material by line, without empty ones", () =>
    expect(bodyOf("request_supplement", 1, { material: " 诊断证明 \n\n费用清单\n" })).toMatchObject({
      material: ["诊断证明", "费用清单"],
    }));
  it("puts an account together", () =>
    expect(bodyOf("change_account", 1, { acctname: "甲", bankacct: "1", bankcode: "2", owner: "self" })).toMatchObject({
      account: { acctname: "甲", bankacct: "1", bankcode: "2", owner: "self" },
    }));
  it("hands an amount on as it was typed, for the API to judge", () =>
    expect(bodyOf("demand_recovery", 1, { amount: "12.345" })).toMatchObject({ amount: "12.345" }));
});
