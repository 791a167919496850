import type { Rule } from "../rule.ts";

/** Why an image does not arrive; catalogue stage 4. */
const family: readonly Rule[] = [];
export default family;
