import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { loadCommand } from "../../../src/cli/commands/index.ts";
import { type FlagTable, globalFlags } from "../../../src/cli/flags.ts";

/** The flags of `docker run` 28.5 by their long names, with the short ones. */
const dockerFlags = `
  add-host annotation attach:a blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-count
  cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares:c cpus cpuset-cpus cpuset-mems detach:d detach-keys
  device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops disable-content-trust dns
  dns-option dns-search domainname entrypoint env:e env-file expose gpus group-add health-cmd health-interval health-retries
  health-start-interval health-start-period health-timeout help hostname init interactive:i io-maxbandwidth io-maxiops ip ip6 ipc
  isolation kernel-memory label:l label-file link link-local-ip log-driver log-opt mac-address memory:m memory-reservation
  memory-swap memory-swappiness mount name network network-alias no-healthcheck oom-kill-disable oom-score-adj pid pids-limit
  platform privileged publish:p publish-all:P pull quiet:q read-only restart rm runtime security-opt shm-size sig-proxy
  stop-signal stop-timeout storage-opt sysctl tmpfs tty:t ulimit use-api-socket user:u userns uts volume:v volume-driver
  volumes-from workdir:w`
  .trim()
  .split(/\s+/)
  .map((text) => text.split(":") as [string, string?]);

describe.each(["run", "bundle", "spec"])("ocilab %s and the flags of docker run", (name) => {
  test.for(dockerFlags)(
    "--%s is there, with docker's short name, or refused with what to do instead",
    async ([flag, short]) => {
      const command = await loadCommand(name);
      const flags: FlagTable = { ...command?.flags, ...globalFlags };
      const own = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
      if (own !== undefined) {
        if (short !== undefined) expect(own.short).toBe(short);
        return;
      }
      const rules = { command: name, flags, refused: command?.refused };
      const given = [`--${flag}`, `--${flag}=x`, ...(short === undefined ? [] : [`-${short}`, `-t${short}`])];
      for (const word of given) {
        const told = expect(() => parseArguments([word], rules));
        told.toThrow(
          expect.objectContaining({
            code: "usage.unsupported-flag",
            message: expect.stringContaining(`--${flag} `),
          }),
        );
      }
    },
  );
});

test("a refusal says why and what to do, and no flag is both there and refused", async () => {
  for (const name of ["run", "bundle", "spec"]) {
    const command = await loadCommand(name);
    for (const [flag, { got, hint }] of Object.entries(command?.refused ?? {})) {
      expect(got, flag).toMatch(/^\S.{10,}[^.]$/);
      expect(hint, flag).toMatch(/^\S.{5,}[^.]$/);
      expect(Object.hasOwn(command?.flags ?? {}, flag), flag).toBe(false);
    }
  }
});
