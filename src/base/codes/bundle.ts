import type { CodeTable } from "./table.ts";

export const bundleCodes = {} as const satisfies CodeTable;
