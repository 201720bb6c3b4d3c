import type { RefusedFlags } from "../flags.ts";

const noNetwork = "ocilab makes no network for a container beyond its loopback";
const noDns =
  "ocilab leaves /etc/resolv.conf as the image has it, and its containers have no network by default";
const noRecord = "ocilab has no daemon that would see to it";

/** Flags of `docker run` (28) that make no sense without an engine: why not, and what to do instead. A test holds them against docker's list. */
export const refusedFlags: RefusedFlags = {
  "add-host": {
    got: "ocilab leaves /etc/hosts as the image has it",
    hint: "write a hosts file and show it inside: -v ./hosts:/etc/hosts:ro",
  },
  attach: {
    short: "a",
    got: "input and output are always the container's own",
    hint: "redirect them: </dev/null >out; or --detach, and `ocilab attach` later",
  },
  cidfile: {
    got: "ocilab writes no id to a file",
    hint: "choose the id yourself with `ocilab run --name ID`",
  },
  "cpu-count": { got: "it belongs to Windows", hint: "--cpus N" },
  "cpu-percent": { got: "it belongs to Windows", hint: "--cpus N" },
  "disable-content-trust": {
    got: "ocilab checks digests and no signatures",
    hint: "name the image by its digest: NAME@sha256:HEX",
  },
  dns: { got: noDns, hint: "write one and show it inside: -v ./resolv.conf:/etc/resolv.conf:ro" },
  "dns-option": { got: noDns, hint: "write one and show it inside: -v ./resolv.conf:/etc/resolv.conf:ro" },
  "dns-search": { got: noDns, hint: "write one and show it inside: -v ./resolv.conf:/etc/resolv.conf:ro" },
  expose: {
    got: noNetwork,
    hint: "as a note alone: --annotation org.opencontainers.image.exposedPorts=80/tcp",
  },
  gpus: {
    got: "ocilab knows no drivers of vendors",
    hint: "name the nodes with --device and the libraries with --volume",
  },
  "health-cmd": { got: noRecord, hint: "check from outside" },
  "health-interval": { got: noRecord, hint: "check from outside" },
  "health-retries": { got: noRecord, hint: "check from outside" },
  "health-start-interval": { got: noRecord, hint: "check from outside" },
  "health-start-period": { got: noRecord, hint: "check from outside" },
  "health-timeout": { got: noRecord, hint: "check from outside" },
  "no-healthcheck": { got: "ocilab runs no health check in any case", hint: "leave it out" },
  "io-maxbandwidth": { got: "it belongs to Windows", hint: "--device-read-bps and --device-write-bps" },
  "io-maxiops": { got: "it belongs to Windows", hint: "--device-read-iops and --device-write-iops" },
  ip: { got: noNetwork, hint: "join a network namespace that has one: --network ns:/run/netns/NAME" },
  ip6: { got: noNetwork, hint: "join a network namespace that has one: --network ns:/run/netns/NAME" },
  isolation: {
    got: "it belongs to Windows",
    hint: "the global flag --runtime chooses another runtime, as runsc",
  },
  "kernel-memory": {
    got: "the kernel has no such limit any more, and docker dropped it",
    hint: "--memory counts kernel memory too",
  },
  link: { got: noNetwork, hint: "--network container:ID shares the network of another" },
  "link-local-ip": {
    got: noNetwork,
    hint: "join a network namespace that has one: --network ns:/run/netns/NAME",
  },
  "log-driver": {
    got: "a detached container's log is one file of ours, which `ocilab logs` prints",
    hint: "redirect the output: >out 2>err",
  },
  "log-opt": {
    got: "a detached container's log has one option, its size",
    hint: "--log-size SIZE",
  },
  "mac-address": {
    got: noNetwork,
    hint: "set it in a network namespace and join that: --network ns:/run/netns/NAME",
  },
  "network-alias": { got: noNetwork, hint: "--network container:ID shares the network of another" },
  publish: {
    short: "p",
    got: noNetwork,
    hint: "--network host, where the program's ports are the host's, or --network ns:PATH with one that is connected",
  },
  "publish-all": {
    short: "P",
    got: noNetwork,
    hint: "--network host, where the program's ports are the host's",
  },
  quiet: { short: "q", got: "progress is shown on a terminal alone", hint: "2>/dev/null" },
  restart: { got: noRecord, hint: "let a service manager run `ocilab run`" },
  "sig-proxy": { got: "signals are always passed on to the container", hint: "leave it out" },
  "stop-timeout": {
    got: "nothing here stops a container by itself",
    hint: "ocilab kill ID; sleep N; ocilab kill ID KILL",
  },
  "storage-opt": { got: "ocilab has no storage drivers", hint: "leave it out" },
  "use-api-socket": {
    got: "there is no engine here whose socket to show",
    hint: "-v /var/run/docker.sock:/var/run/docker.sock",
  },
  "volume-driver": { got: "there are no volumes of an engine here", hint: "-v ./DIR:TARGET" },
  "volumes-from": {
    got: "there are no volumes of an engine here",
    hint: "give the same --volume flags again",
  },
};

/** What only `run` has, for the commands that make a bundle and run nothing. */
export const refusedWithoutRun: RefusedFlags = {
  name: {
    got: "a bundle has no name: the container gets its id when it is created",
    hint: "ocilab create --bundle DIR ID",
  },
  interactive: { short: "i", got: "nothing is run, so there is no input to keep open", hint: "leave it out" },
  rm: { got: "nothing is run, so there is nothing to remove", hint: "leave it out" },
  detach: { short: "d", got: "nothing is run that could go on by itself", hint: "ocilab run --detach" },
  "detach-keys": { got: "nothing is run that could be left", hint: "ocilab run --detach-keys" },
};
