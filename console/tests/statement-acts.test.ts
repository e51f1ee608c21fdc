import { describe, expect, it } from "vitest";
import { askedFor, bodyOf } from "../src/screens/statement-acts";

describe("what an act of a statement asks for", () => {
  it("points only where the API needs them", () => {
    expect(askedFor("approve", []).map((one) => one.field)).toEqual([]);
    expect(askedFor("approve", ["points"]).map((one) => one.field)).toEqual(["points"]);
  });
  it("a reason where a signature is taken back", () => expect(askedFor("send_back", [])[0]?.required).toBe(true));
});

describe("its body", () => {
  it("is empty where nothing is asked", () => expect(bodyOf({})).toEqual({}));
  it("leaves points out that nobody typed, and never makes them nought", () => expect(bodyOf({ points: "" })).toEqual({}));
  it("says yes or no as the API reads it", () => {
    expect(bodyOf({ approved: "yes" })).toEqual({ approved: true, reason: "" });
    expect(bodyOf({ approved: "no", reason: "不符" })).toEqual({ approved: false, reason: "不符" });
  });
});
