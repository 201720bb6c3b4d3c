import { type Attack, entry, two } from "./attack.ts";

export function whiteoutAttacks(canary: string): readonly Attack[] {
  const out = { name: "l", type: "2", link: canary };
  const lower = [{ name: "d/x" }, { name: "keep" }, out];
  return [
    {
      name: "whiteout up and out",
      layers: two(lower, [{ name: "../.wh.canary" }]),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "whiteout of dots",
      layers: two(lower, [{ name: "d/.wh..." }]),
      refused: entry,
      says: /"d\/\.wh\.\.\.".*dots/,
    },
    { name: "whiteout of a dot", layers: two(lower, [{ name: ".wh.." }]), refused: entry, says: /dots/ },
    {
      name: "whiteout of nothing",
      layers: two(lower, [{ name: "d/.wh." }]),
      refused: entry,
      says: /of nothing/,
    },
    {
      name: "whiteout through a link out",
      layers: two(lower, [{ name: "l/.wh.secret" }]),
      harmless: { keep: "file", l: "symlink" },
    },
    {
      name: "whiteout of a link out",
      layers: two(lower, [{ name: ".wh.l" }]),
      harmless: { l: "absent", keep: "file" },
    },
    {
      name: "opaque through a link out",
      layers: two(lower, [{ name: "l/.wh..wh..opq" }]),
      harmless: { keep: "file", l: "symlink" },
    },
    {
      name: "opaque root",
      layers: two(lower, [{ name: ".wh..wh..opq" }, { name: "new" }]),
      harmless: { keep: "absent", new: "file", l: "absent" },
    },
    {
      name: "opaque up and out",
      layers: two(lower, [{ name: "../canary/.wh..wh..opq" }]),
      refused: entry,
      says: /leads out/,
    },
    {
      name: "whiteout of what the layer has just written",
      layers: two(lower, [{ name: "new/x" }, { name: ".wh.new" }]),
      harmless: { "new/x": "file" },
    },
    {
      name: "directory removed that holds links out",
      layers: two(
        [
          { ...out, name: "d/l" },
          { name: "d/m/n", type: "2", link: "../../.." },
        ],
        [{ name: ".wh.d" }],
      ),
      harmless: { d: "absent" },
    },
  ];
}
