import { describe, expect, it } from "vitest";
import { where } from "../src/frame/search";

describe("what is typed leads to where it is looked at", () => {
  it.each([
    ["440900M32D29E076AC69CB6DF80", "/cases/440900M32D29E076AC69CB6DF80"],
    ["440900m32d29e076ac69cb6df80", "/cases/440900M32D29E076AC69CB6DF80"],
    ["440900SFCQM5P3PAX9Y8S8S4YS4", "/settlements/440900SFCQM5P3PAX9Y8S8S4YS4"],
    ["H44090100001 2026-11 1", "/clearing/H44090100001/2026-11/1"],
    ["H44090100001-2026-11-2", "/clearing/H44090100001/2026-11/2"],
  ])("%s → %s", (typed, to) => expect(where(typed)).toBe(to));
  it("a person's number leads to the person", () =>
    expect(where(" PS0ZHG2SPQYQDRQD14102 ")).toEqual({ path: "/people/PS0ZHG2SPQYQDRQD14102" }));
  it("a certificate's number stays out of the address", () =>
    expect(where("00000019900101001x")).toEqual({ path: "/people", state: { certno: "00000019900101001X" } }));
  it("nothing typed leads nowhere", () => expect(where("  ")).toBeUndefined());
});
