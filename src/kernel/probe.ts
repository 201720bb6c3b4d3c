// What a probe inside a container is asked and answers, for those who judge it (src/linux/probe).
export type { ProbeOutcome, ProbeTrial } from "../linux/probe/trials.ts";
