import { describe, expect, test } from "vitest";
import { OcilabError } from "../../../../src/base/errors.ts";
import { connectionError } from "../../../../src/image/sources/registry/failure.ts";
import { Passing, patiently, retryAfter } from "../../../../src/image/sources/registry/passing.ts";
import { hasty } from "./support.ts";

const failed = new OcilabError("registry.failed", { doing: "try", got: "it failed" });

describe("patiently", () => {
  test.each([1, 2, 4])("what succeeds at try %d is a success", async (good) => {
    let tries = 0;
    const result = await patiently(
      async () => {
        if (++tries < good) throw new Passing(failed);
        return "there";
      },
      { patience: hasty },
    );
    expect([result, tries]).toEqual(["there", good]);
  });

  test("after the last try the failure's error is thrown, not its wrapping", async () => {
    let tries = 0;
    const attempt = async (): Promise<never> => {
      tries++;
      throw new Passing(failed);
    };
    await expect(patiently(attempt, { patience: hasty })).rejects.toBe(failed);
    expect(tries).toBe(hasty.tries);
  });

  test("what does not pass is not tried again", async () => {
    let tries = 0;
    const attempt = async (): Promise<never> => {
      tries++;
      throw failed;
    };
    await expect(patiently(attempt, { patience: hasty })).rejects.toBe(failed);
    expect(tries).toBe(1);
  });

  test("a wait that is longer than our patience is none", async () => {
    let tries = 0;
    const attempt = async (): Promise<never> => {
      tries++;
      throw new Passing(failed, hasty.patientFor + 1);
    };
    await expect(patiently(attempt, { patience: hasty })).rejects.toBe(failed);
    expect(tries).toBe(1);
  });

  test("an abort ends the pause with its reason", async () => {
    const stop = new AbortController();
    const attempt = async (): Promise<never> => {
      setImmediate(() => stop.abort(new Error("enough")));
      throw new Passing(failed, 3000);
    };
    await expect(patiently(attempt, { patience: hasty, signal: stop.signal })).rejects.toThrow("enough");
  });
});

const now = Date.parse("2026-01-02T03:04:05Z");
test.each([
  [undefined, undefined],
  ["0", 0],
  ["120", 120_000],
  [" 7 ", 7000],
  ["Fri, 02 Jan 2026 03:04:35 GMT", 30_000],
  ["Fri, 02 Jan 2026 03:04:00 GMT", 0],
  ["soon", undefined],
  ["-1", undefined],
  ["1.5", undefined],
])("Retry-After: %s", (header, milliseconds) => {
  expect(retryAfter(header, now)).toBe(milliseconds);
});

test.each([
  [
    "write EPROTO 40:error:0A00010B:SSL routines:f:wrong version number:../deps/x.c:77:\n",
    "what it answers is no TLS",
  ],
  [
    "write EPROTO 40:error:0A000410:SSL routines:f:sslv3 alert handshake failure:../x.c:9:\n",
    "sslv3 alert handshake failure",
  ],
  ["something else", "something else"],
])("TLS that fails by %j is told as %s", (message, says) => {
  const error = connectionError(Object.assign(new Error(message), { code: "EPROTO" }), {
    url: new URL("https://registry.example/v2/"),
    doing: "try",
  });
  expect(error).toMatchObject({ got: `"registry.example" does not speak TLS as we do: ${says}` });
});

test.each([
  ["ECONNRESET", "registry.unreachable", true],
  ["ETIMEDOUT", "registry.unreachable", true],
  ["EAI_AGAIN", "registry.unreachable", true],
  ["ECONNREFUSED", "registry.unreachable", false],
  ["ENOTFOUND", "registry.unreachable", false],
  ["CERT_HAS_EXPIRED", "registry.tls", false],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "registry.tls", false],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "registry.tls", false],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "registry.tls", false],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "registry.tls", false],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "registry.tls", false],
  ["EPROTO", "registry.tls", false],
] as const)("%s is %s, and passes: %s", (code, expected, passes) => {
  const error = connectionError(Object.assign(new Error("x"), { code }), {
    url: new URL("https://registry.example/v2/"),
    doing: "try",
  });
  expect(error instanceof Passing).toBe(passes);
  expect(error instanceof Passing ? error.error.code : error).toEqual(
    passes ? expected : expect.objectContaining({ code: expected }),
  );
});
