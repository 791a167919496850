import type { Rule } from "../rule.ts";
import cacheSync from "./cache-sync.ts";
import configmapMissing from "./configmap-missing.ts";
import envFile from "./env-file.ts";
import envInvalidNames from "./env-invalid-names.ts";
import hostname from "./hostname.ts";
import keyMissing from "./key-missing.ts";
import recursiveReadonly from "./recursive-readonly.ts";
import runAsNonRoot from "./run-as-non-root.ts";
import secretMissing from "./secret-missing.ts";
import subpath from "./subpath.ts";
import supplemental from "./supplemental.ts";
import volumeMissing from "./volume-missing.ts";

/** Why the kubelet cannot put a container's configuration together; catalogue stage 5. */
const family: readonly Rule[] = [
  secretMissing,
  configmapMissing,
  keyMissing,
  cacheSync,
  runAsNonRoot,
  subpath,
  volumeMissing,
  envFile,
  recursiveReadonly,
  hostname,
  supplemental,
  envInvalidNames,
];
export default family;
