import type { LayerLimits } from "../../../src/image/layer/limits.ts";
import type { LayerErrorCode } from "../../../src/image/layer/refusal.ts";
import { type Member, tarOf } from "../layers.ts";

/** A layer as an attacker stores it; what is left out is true. */
export type HostileLayer = {
  readonly tar: Buffer;
  readonly stored?: Buffer;
  readonly digest?: string;
  readonly diffId?: string;
  readonly size?: number;
  readonly fed?: boolean;
};

/** One attack: layers, and how it ends. `harmless` lists what must be in the root filesystem then: type and path. */
export type Attack = {
  readonly name: string;
  readonly layers: readonly HostileLayer[];
  readonly limits?: Partial<LayerLimits>;
} & (
  | { readonly refused: LayerErrorCode; readonly says: RegExp }
  | { readonly harmless: Readonly<Record<string, "file" | "directory" | "symlink" | "block" | "absent">> }
);

/** One layer of these members. */
export const one = (...members: readonly Member[]): readonly HostileLayer[] => [{ tar: tarOf(members) }];

/** Two layers. */
export const two = (first: readonly Member[], second: readonly Member[]): readonly HostileLayer[] => [
  { tar: tarOf(first) },
  { tar: tarOf(second) },
];
export const entry = "layer.refused-entry";
export const malformed = "layer.malformed-archive";
export const limit = "layer.limit";
