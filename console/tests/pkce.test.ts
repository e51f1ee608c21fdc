import { expect, it } from "vitest";
import { challengeOf, encoded, randomText } from "../src/auth/pkce";

it("gives the challenge of RFC 7636, appendix B", async () =>
  expect(await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  ));
it("writes bytes without padding and without characters that addresses escape", () =>
  expect(encoded(new Uint8Array([251, 255, 254]))).toBe("-__-"));
it("never gives the same text twice", () => expect(randomText()).not.toBe(randomText()));
