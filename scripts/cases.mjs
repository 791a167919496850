// Runs folders of cases through the built program and counts hits: `npm run cases -- DIR… [--only PREFIX] [--in-process]`.
//
// A folder holds <category>/<slug>/{snapshot.json,expected.json}, or plain NAME.json snapshots; what is expected of those
// stands beside them in NAME.expected.json, or, for the scenarios of the test cluster, in BY_NAME below. A case is
// `correct` where the root cause is of the expected category and says everything in `mustMention`; `said` where it does
// so without the evidence, in our own words.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

// The first pattern that fits a rule's id gives its category.
const CATEGORIES = [
  [/^image\/(?:digest-)?not-found$/, "image-not-found"],
  [/^image\/(?:auth-|pull-secret-missing|credential-verification)/, "image-auth"],
  [/^image\/(?:registry-|tls-|http-registry|proxy|pull-timeout)/, "image-registry-unreachable"],
  [/^image\/rate-limited$/, "image-rate-limited"],
  [/^image\/platform$/, "image-platform"],
  [/^image\/invalid-name$/, "image-invalid-name"],
  [/^image\/never-pull$/, "image-never-pull"],
  [/^image\/disk-full$/, "image-node-disk"],
  [/^image\//, "image-other"],
  [/^scheduling\/(?:insufficient|too-many-pods)/, "sched-resources"],
  [/^scheduling\/(?:untolerated-taint|taint-|node-unschedulable)/, "sched-taint"],
  [/^scheduling\/(?:pod-affinity|pod-anti-affinity|existing-anti-affinity)/, "sched-pod-affinity"],
  [/^scheduling\/(?:node-affinity|enforced-affinity|node-name|prefilter-nodes)/, "sched-affinity"],
  [/^scheduling\/topology-spread/, "sched-topology"],
  [/^scheduling\/host-port/, "sched-ports"],
  [/^scheduling\/gated/, "sched-gated"],
  [/^scheduling\/no-scheduler/, "sched-no-scheduler"],
  [/^scheduling\/dra-|^(?:volume|sandbox|node|termination)\/(?:dra-|.*-dra-)/, "dra"],
  [
    /^(?:scheduling|volume)\/(?:volume-limit|vol-limit|disk-conflict|pv-node-affinity-conflict|pv-zone-conflict)/,
    "sched-volume",
  ],
  [/^scheduling\//, "sched-other"],
  [
    /^volume\/(?:pvc-not-found|pvc-class-not-found|pv-missing|(?:mount-)?(?:secret|configmap|key)-missing|sa-token)/,
    "volume-missing-object",
  ],
  [/^volume\/(?:(?:vol-)?(?:attach|multi-attach|wait-attach))/, "volume-attach"],
  [/^volume\/(?:pvc-|pv-|provision|claim-)/, "volume-provision"],
  [/^volume\//, "volume-mount"],
  [/^config\/key-missing/, "config-missing-key"],
  [/^config\/(?:run-as-non-root|supplemental|recursive-readonly)/, "config-security"],
  [/^config\/(?:subpath|volume-missing)/, "volume-mount"],
  [/^config\//, "config-missing-object"],
  [/^container\/(?:oom-|init-oom)/, "container-oom"],
  [/^container\/init-/, "init-container"],
  [/^container\/(?:create-)?(?:seccomp|capability)/, "config-security"],
  [
    /^container\/(?:start-|executable-not-found|no-such-file|permission-denied|workdir|exec-format|crash-exec-format|missing-interpreter|crash-missing-interpreter|(?:crash-)?command-not-found|(?:crash-)?not-executable|no-command|create-no-command)/,
    "container-command",
  ],
  [/^container\/(?:mount|create-mount-source)/, "volume-mount"],
  [/^container\//, "container-crash-app"],
  [/^readiness\/(?:probe-)?liveness/, "probe-liveness"],
  [/^readiness\/(?:probe-)?startup/, "probe-startup"],
  [/^readiness\//, "probe-readiness"],
  [/^sandbox\/(?:cni|net|ip-)/, "sandbox-cni"],
  [/^sandbox\//, "sandbox-runtime"],
  [/^creation\/quota-/, "admission-quota"],
  [/^creation\/job-deadline|^node\/deadline/, "job-deadline"],
  [
    /^creation\/(?:podsecurity|pod-security-policy|limitrange|webhook-denied|vap-denied|scc-denied|invalid-spec|namespace-policy)/,
    "admission-policy",
  ],
  [/^creation\//, "admission-other"],
  [
    /^node\/(?:not-ready|unreachable|gone|kubelet-not-seen|container-status-unknown|graceful-shutdown|node-not-ready|node-unreachable|node-gone)/,
    "node-lost",
  ],
  [/^node\//, "node-pressure-evicted"],
  [/^termination\//, "terminating-stuck"],
];

/** What the scenarios of the test cluster come to: category, and what the root cause has to say. */
const BY_NAME = {
  "image-bad-name": ["image-not-found", "shop/kart", "/not exist|not found/"],
  "image-bad-tag": ["image-not-found", "2.0.2", "/not exist|not found/"],
  "image-connection-refused": ["image-registry-unreachable", ":5999", "/refused/"],
  "image-host-unknown": ["image-registry-unreachable", "registry.nosuch.test", "/dns|resolv|lookup|no such host/"],
  "image-http-answer-to-https": ["image-registry-unreachable", "plain.test:5000", "/http/"],
  "image-invalid-reference": ["image-invalid-name", "Shop/Cart", "/invalid|not valid|upper|lower/"],
  "image-never-pulled": ["image-never-pull", "/Never/", "/not (?:on|have|present)|does not/"],
  "image-no-credentials": ["image-auth", "private.test:5001", "/credential|login|auth|pull secret/"],
  "image-no-route": ["image-registry-unreachable", "203.0.113.9:5000", "/no route/"],
  "image-other-architecture": ["image-platform", "/platform|architecture/", "shop/other-processor"],
  "image-pull-secret-missing": ["image-auth", "registry-login", "/not exist|missing/"],
  "image-unknown-authority": ["image-registry-unreachable", "tls.test:5443", "/certificate|x509/"],
  "image-wrong-credentials": ["image-auth", "private.test:5001", "/reject|wrong|unauthori|denied|expired/"],
};

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { only: { type: "string", default: "" }, "in-process": { type: "boolean", default: false } },
});
if (folders.length === 0) {
  console.error("usage: npm run cases -- DIR… [--only CATEGORY-PREFIX] [--in-process]");
  process.exit(2);
}

const reportOn = options["in-process"] ? await inProcess() : throughProgram();
const rows = [];
for (const folder of folders) {
  for (const one of casesIn(folder)) {
    if (!one.expected.category.startsWith(options.only)) continue;
    rows.push({ ...one, ...judge(await reportOn(one.file), one.expected) });
  }
}
print(rows);

function casesIn(folder) {
  const found = [];
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) {
      const expected = join(path, "expected.json");
      if (existsSync(expected)) found.push(caseOf(folder, join(path, "snapshot.json"), expected));
      else found.push(...casesIn(path));
    } else if (entry.endsWith(".json") && !/^(?:expected|snapshot)\.json$|\.expected\.json$/.test(entry)) {
      const expected = path.replace(/\.json$/, ".expected.json");
      const known = BY_NAME[basename(entry, ".json")];
      if (existsSync(expected)) found.push(caseOf(folder, path, expected));
      else if (known)
        found.push({
          name: basename(entry, ".json"),
          file: path,
          expected: { category: known[0], mustMention: known.slice(1) },
        });
    }
  }
  return found;
}

function caseOf(folder, file, expectedFile) {
  const name = relative(folder, file.endsWith("snapshot.json") ? dirname(file) : file);
  return { name, file, expected: JSON.parse(readFileSync(expectedFile, "utf8")) };
}

function throughProgram() {
  const executable = join(root, "dist/kubectl-why_pending");
  const program = existsSync(executable)
    ? [executable]
    : [process.execPath, join(root, "dist/kubectl-why_pending.cjs")];
  return (file) => {
    const [command, ...before] = program;
    const args = [...before, "--from", file, "-o", "json"];
    let output;
    try {
      output = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
    } catch (error) {
      // Exit code 1 means that a cause was found.
      if (error.status !== 1) throw error;
      output = error.stdout;
    }
    const document = JSON.parse(output);
    return document.kind === "ReportList" ? document.items[0] : document;
  };
}

/** Without the program's edge: the same sentences, straight from the diagnosis. */
async function inProcess() {
  const { parseSnapshot } = await import("../src/snapshot/snapshot-file.ts");
  const { diagnose } = await import("../src/diagnosis/diagnose.ts");
  const { allKnowledge } = await import("../src/diagnosis/knowledge.ts");
  const { plain } = await import("../src/text/text.ts");
  const knowledge = await allKnowledge();
  return async (file) => {
    const snapshot = await parseSnapshot([{ path: file, content: readFileSync(file, "utf8") }]);
    const [{ rootCause } = {}] = diagnose(snapshot, knowledge);
    if (!rootCause) return {};
    const { headline, why, fixes } = rootCause;
    return {
      rootCause: {
        ...rootCause,
        headline: plain(headline),
        why: plain(why),
        fixes: fixes.map((fix) => ({ ...fix, title: plain(fix.title) })),
      },
    };
  };
}

function judge({ rootCause }, { category, alsoAccept = [], mustMention = [] }) {
  if (!rootCause) return { rule: "none", category: false, missing: mustMention, unsaid: mustMention };
  const { rule, headline, why, fixes, evidence } = rootCause;
  const got = CATEGORIES.find(([pattern]) => pattern.test(rule))?.[1] ?? "other";
  const own = strings([headline, why, fixes]);
  const missing = mustMention.filter((wanted) => !mentions(own.concat(strings(evidence)), wanted));
  const unsaid = mustMention.filter((wanted) => !mentions(own, wanted));
  return { rule, headline, category: [category, ...alsoAccept].includes(got), missing, unsaid };
}

function strings(value) {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(strings);
}

function mentions(texts, wanted) {
  const pattern = /^\/(.*)\/$/s.exec(wanted)?.[1];
  const all = texts.join("\n");
  return pattern !== undefined ? new RegExp(pattern, "i").test(all) : all.toLowerCase().includes(wanted.toLowerCase());
}

function print(rows) {
  const isCorrect = (row) => row.category && row.missing.length === 0;
  const isSaid = (row) => row.category && row.unsaid.length === 0;
  const line = (label, some) => {
    const share = (n) =>
      `${String(n).padStart(4)} ${`${Math.round((100 * n) / Math.max(some.length, 1))} %`.padStart(6)}`;
    const counts = [some.filter((row) => row.category), some.filter(isCorrect), some.filter(isSaid)].map(({ length }) =>
      share(length),
    );
    console.log(`${label.padEnd(30)}${String(some.length).padStart(6)}  ${counts.join("  ")}`);
  };
  console.log(`${"category".padEnd(30)} cases     category      correct         said`);
  const byCategory = Map.groupBy(rows, ({ expected }) => expected.category);
  for (const category of [...byCategory.keys()].sort()) line(category, byCategory.get(category));
  line("all", rows);
  for (const row of rows.filter((one) => !isSaid(one))) {
    const what = !row.category
      ? `${row.rule} is not ${row.expected.category}`
      : `${row.rule} does not ${isCorrect(row) ? "say" : "mention"} ${(isCorrect(row) ? row.unsaid : row.missing).join(", ")}`;
    console.log(`miss  ${row.name}: ${what}${row.headline ? `\n      ${row.headline}` : ""}`);
  }
}
