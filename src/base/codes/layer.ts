import type { CodeTable } from "./table.ts";

export const layerCodes = {} as const satisfies CodeTable;
