// What --check-registry says, with real registries and hostile ones; on the running cluster, inside its network. registry.mjs
// starts it. A table of situations; what goes over the wire with the flag and without; the kubelet's choice of logins and
// ours; many pods at once.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { api, closeApi, kubectl } from "./lib/api.mjs";
import { auditSummary } from "./lib/audit.mjs";
import { conclude } from "./lib/counts.mjs";
import { RUN } from "./lib/machine.mjs";
import { certify, writeKubeconfig } from "./lib/user.mjs";
import { startHostileServers } from "./registry/hostile-servers.mjs";
import { addressOf, namesByAddress } from "./registry/hosts.mjs";
import { HOSTILE } from "./registry/logins.mjs";
import { countPackets, packetsOf, stopCounting } from "./registry/packets.mjs";
import { keys } from "./registry/parity.mjs";
import { AUTHORITY, check, run } from "./registry/plugin.mjs";
import { addNamespace, addRealPod, addSecret, addToldNode, addToldPod } from "./registry/pods.mjs";
import { copyAsIndex, copyImage } from "./registry/push.mjs";
import { situations } from "./registry/situations.mjs";
import { SLIPS, TAGS } from "./registry/tags.mjs";
import { startTokenService } from "./registry/token-service.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { plugin: { type: "string" } } });
/** The program's 15 s for an image, and its own start. Where it is not the registry that takes long, a busy machine may. */
const PATIENCE_MS = 16_000;
const BUSY_MS = 20_000;
const POD_PATIENCE_MS = 90_000;
/** A manifest may have 4 MiB; the rest is what the sockets held when the client left. The server would pour 50 MB. */
const MOST_BYTES = 25_000_000;
const AT_ONCE = 4;
const NAMESPACES = ["registry-situations", "registry-parity", "registry-many"];
const [SITUATIONS, PARITY, MANY] = NAMESPACES;

const isWhole = positionals.length === 0;
const slug = (title) => title.replace(/[^A-Za-z0-9]+/g, "-").toLowerCase();
const rows = Object.entries(situations)
  .filter(([title]) => isWhole || positionals.some((word) => title.includes(word)))
  .map(([title, situation], index) => ({ title, pod: slug(title), gid: 50_000 + index, logins: [], ...situation }));
/** Group ids of the other runs. */
const GIDS = { silent: 51_000, replay: 51_001, parity: 51_002, many: 51_003 };
const gids = [...rows.map(({ gid }) => gid), ...Object.values(GIDS)];
const folder = mkdtempSync(join(tmpdir(), "why-pending-registry-"));
const as = (gid) => ({ plugin: values.plugin, gid, folder });

let passed = 0;
let failed = 0;
function print(what, ms, words, problems) {
  if (problems.length === 0) passed += 1;
  else failed += 1;
  const outcome = problems.length === 0 ? "ok    " : "FAILED";
  console.log(`${outcome} ${(ms / 1000).toFixed(1).padStart(5)} s  ${what.padEnd(48)} ${words}`.trimEnd());
  for (const problem of problems) console.log(`         ${problem}`);
}

/** Does `work` for each of some things, a few at once. */
async function each(things, work, atOnce = AT_ONCE) {
  const queue = [...things];
  const results = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results.push(await work(next));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

// ---- surroundings

async function pushImages() {
  await copyImage("shop/cart", "2.0.1", "public/app", ["1"]);
  await copyImage("shop/cart", "2.0.1", "team/app", ["1"]);
  await copyImage("busybox", "1.36.1", "library/busybox", ["1.35.0", "1.36.0", "1.36.1", "1.37.0", "latest"]);
  await copyAsIndex("shop/cart", "2.0.1", "public/windows", "1", ["windows/amd64", "linux/s390x"]);
  await each(isWhole ? keys : [], ({ repository }) => copyImage("shop/cart", "2.0.1", repository, ["1"]));
  await copyImage("shop/cart", "2.0.1", "many/app", TAGS);
}

/** Makes a pod with its pull secrets; the kubelet's answer to a real one is not waited for. */
async function makePod(namespace, { pod, image, logins = [], told }) {
  const secrets = logins.map((_, index) => `${pod}-${index + 1}`);
  for (const [index, auths] of logins.entries()) await addSecret(namespace, secrets[index], auths);
  if (told) await addToldPod(namespace, pod, image, secrets, told);
  else await addRealPod(namespace, pod, image, secrets);
}

const waitingOf = (pod) => pod?.status?.containerStatuses?.[0]?.state?.waiting ?? {};
/** Whether the kubelet has tried and failed. */
const hasFailed = (pod) => {
  const { reason, message } = waitingOf(pod);
  return /^(ErrImagePull|ImagePullBackOff|RegistryUnavailable)$/.test(reason) && Boolean(message);
};
const hasStarted = (pod) => Boolean(pod?.status?.containerStatuses?.[0]?.state?.running);

async function untilPod(namespace, name, isReached) {
  const deadline = Date.now() + POD_PATIENCE_MS;
  for (;;) {
    const pod = await api("GET", `/api/v1/namespaces/${namespace}/pods/${name}`);
    if (isReached(pod)) return pod;
    if (Date.now() > deadline) throw new Error(`pod ${name} was not tried: ${JSON.stringify(pod?.status)}`);
    await sleep(500);
  }
}

// ---- the table

const said = ({ login, outcome }) => [login.as, outcome.is, outcome.step].filter(Boolean).join(" ");

async function examine(row) {
  try {
    await untilPod(SITUATIONS, row.pod, hasFailed);
    const authority = row.isPublicOnly ? [] : AUTHORITY;
    const { gid, user, env, args = [] } = row;
    const checked = await check([row.pod, "-n", SITUATIONS, ...authority, ...args], { ...as(gid), user, env });
    return { row, checked, problems: problemsOf(row, checked) };
  } catch (error) {
    return { row, problems: [error.message] };
  }
}

function printSituation({ row, checked, problems }) {
  const { rule, confidence } = checked?.report.rootCause ?? {};
  const words = [rule, confidence, ...(checked?.answers[0]?.tries.map(said) ?? [])].join(", ");
  print(row.title, checked?.ms ?? 0, words, problems);
}

/**
 * All of the table, slow registries first and with little beside them. As with the scenarios, what fails on a busy machine
 * is done once more, with nothing beside it.
 */
async function examineTable() {
  const slow = rows.filter(({ isSlow }) => isSlow);
  const told = rows.filter((row) => !row.isSlow && row.told);
  // The kubelet's own tries take a while.
  const real = rows.filter((row) => !row.isSlow && !row.told);
  const first = [...(await each(slow, examine, slow.length)), ...(await each([...told, ...real], examine))];
  const results = [];
  for (const one of first) {
    if (one.problems.length > 0) console.log(`${one.row.title} once more, alone: ${one.problems.join("; ")}`);
    results.push(one.problems.length > 0 ? await examine(one.row) : one);
    printSituation(results.at(-1));
  }
  return results;
}

/** What is wrong with what one run said of a situation, one sentence each. */
function problemsOf(row, { code, report, answers, ms, leaked }) {
  const problems = leaked.map((secret) => `${secret} is in what was printed or saved`);
  const rules = [row.rule ?? []].flat();
  const root = report.rootCause;
  if (rules.length > 0 && !rules.includes(root?.rule))
    problems.push(`root cause is ${root?.rule}, expected ${rules.join(" or ")}`);
  if (row.confidence && root?.confidence !== row.confidence)
    problems.push(`${root?.confidence}, expected ${row.confidence}`);
  const expectedCode = root?.effect === "delays" ? 0 : 1;
  if (code !== expectedCode) problems.push(`exit code ${code}, expected ${expectedCode}`);
  if (ms > PATIENCE_MS + (row.isSlow ? 0 : BUSY_MS)) problems.push(`took ${(ms / 1000).toFixed(1)} s`);
  if (answers.length !== 1) return [...problems, `${answers.length} answers, expected one`];
  const [answer] = answers;
  const tries = answer.tries.map(said);
  if (tries.length !== row.tries.length || row.tries.some((expected, index) => !tries[index].startsWith(expected)))
    problems.push(`tries are ${tries.join(", ")}; expected ${row.tries.join(", ")}`);
  const { outcome } = answer.tries.at(-1);
  const claims = [
    ["nearest tag", answer.tags?.nearest[0], row.nearest],
    ["nearest repository", answer.repositories?.[0], row.repository],
    ["all tags seen", answer.tags?.isComplete, row.isComplete],
    ["platforms", outcome.platforms, row.platforms],
    ["rate", answer.rate, row.rate],
    ["logins that were not read", answer.unread?.length, row.unread],
    ["an end of the limit", Boolean(outcome.until), row.isUntil],
  ];
  for (const [what, is, expected] of claims)
    if (expected !== undefined && !isDeepStrictEqual(is, expected))
      problems.push(`${what}: ${JSON.stringify(is)}, expected ${JSON.stringify(expected)}`);
  return [...problems, ...packetProblems(row, answer)];
}

const nameOf = (address) => namesByAddress.get(address).join(" or ");

/** The hosts that got packets are those that the answer names, as far as they have an address; no more and no fewer. */
function packetProblems({ gid, asked, neverAsked = [] }, { hosts }) {
  const contacted = packetsOf(gid).registries;
  const named = new Set((asked ?? hosts).map((host) => addressOf(host.replace(/:\d+$/, ""))).filter(Boolean));
  return [
    ...contacted.filter((one) => !named.has(one)).map((one) => `${nameOf(one)} was asked and is not named`),
    ...[...named].filter((one) => !contacted.includes(one)).map((one) => `${nameOf(one)} is named and was not asked`),
    ...neverAsked.filter((host) => contacted.includes(addressOf(host))).map((host) => `${host} got packets`),
  ];
}

// ---- what goes over the wire

/** Without the flag nothing goes to a registry, not even a name is looked up; from a snapshot nothing goes anywhere. */
async function examineSilence(examined) {
  const all = await run(["-A"], as(GIDS.silent));
  const sent = packetsOf(GIDS.silent);
  print("without the flag, all pods", all.ms, `${sent.apiServer} packets to the API server`, [
    ...(sent.apiServer > 0 ? [] : ["no packet was counted at all: this proves nothing"]),
    ...sent.registries.map((address) => `${nameOf(address)} got packets`),
    ...(sent.rest > 0 ? [`${sent.rest} packets went elsewhere`] : []),
  ]);
  for (const { row, checked } of examined) {
    const replay = await run(["--from", checked.file], as(GIDS.replay));
    const { rootCause } = JSON.parse(replay.stdout);
    const { apiServer, registries, rest } = packetsOf(GIDS.replay);
    print(`replayed: ${row.title}`, replay.ms, rootCause?.rule ?? "no root cause", [
      ...(rootCause?.rule === checked.report.rootCause?.rule ? [] : [`it was ${checked.report.rootCause?.rule}`]),
      ...(apiServer + registries.length + rest > 0 ? ["packets were sent"] : []),
    ]);
  }
}

/** Which host was given a login and what was read of bodies without an end, by the servers' own records. */
function examineRequests(requests) {
  // What containerd sends is its own affair.
  const ours = requests.filter(({ headers }) => headers["user-agent"]?.startsWith("kubectl-why_pending"));
  const withLogin = ours.filter(({ headers }) => headers.authorization ?? headers.cookie);
  const elsewhere = ours.filter(({ host }) => host === "elsewhere.test").length;
  const loginWords = `${withLogin.length} of ${ours.length} requests with a login, ${elsewhere} requests at elsewhere.test`;
  print("logins stay where they belong", 0, loginWords, [
    ...(elsewhere > 0 && withLogin.length > 0 ? [] : ["one of the two is 0: this proves nothing"]),
    ...withLogin
      .filter(({ host, isClear, headers }) => isClear || !mayGet(host, headers.authorization))
      .map(({ host, isClear, method, url }) => `${method} ${isClear ? "http" : "https"}://${host}${url} had a login`),
  ]);
  const most = Math.max(...ours.map(({ bytes }) => bytes));
  const mostWords = `${(most / 1e6).toFixed(1)} MB at most on a connection`;
  print("no body is read without an end", 0, mostWords, most > MOST_BYTES ? [`more than ${MOST_BYTES / 1e6} MB`] : []);
  const blobs = ours.filter(({ url }) => url.includes("/blobs/"));
  print(
    "no blob is fetched",
    0,
    "",
    blobs.map(({ host, url }) => `${host}${url}`),
  );
}

/** What all runs asked the API server for: as without the flag, each Secret by its name. */
function examineAudit() {
  const { requests, counts, violations } = auditSummary();
  const secrets = counts["get secrets"] ?? 0;
  print("the API server's audit", 0, `${requests} requests, ${secrets} for a Secret by name`, [
    ...(secrets > 0 ? [] : ["no Secret was read: this proves nothing"]),
    ...violations,
  ]);
}

function mayGet(host, authorization = "") {
  const isForHostile = Buffer.from(authorization.replace(/^Basic /i, ""), "base64")
    .toString()
    .endsWith(`:${HOSTILE.password}`);
  if (host === "hostile.test") return isForHostile || authorization === "Bearer token-of-hostile-test";
  return host.startsWith("auth.") && !isForHostile;
}

// ---- the kubelet's choice and ours

/** For each key of a pull secret: does the kubelet use the login, and do we? */
async function examineParity() {
  const { answers } = await check(["-n", PARITY, ...AUTHORITY], as(GIDS.parity));
  for (const { name, key, host, repository, isUsed } of keys) {
    const pod = await untilPod(PARITY, name, (one) => hasStarted(one) || hasFailed(one));
    const answer = answers.find(({ image }) => image === `${host}/${repository}:nosuch`);
    const kubelet = hasStarted(pod);
    const ours = answer?.tries.some(({ login }) => login.as === "secret" && login.user) ?? false;
    print(`key ${key} for ${host}/…`, 0, isUsed ? "used by both" : "used by neither", [
      ...(answer ? [] : ["no answer"]),
      ...(kubelet === isUsed ? [] : [`the kubelet: ${kubelet ? "used" : JSON.stringify(waitingOf(pod))}`]),
      ...(ours === isUsed ? [] : [`we: ${ours ? "used" : "not used"}`]),
    ]);
  }
}

// ---- many pods

const MANY_IMAGES = ["1.9.1", "2.0.9", "2.2.0", "3.0.0"].map((tag) => `registry.test:5000/shop/cart:${tag}`);
const SLIP_REPOSITORY = "registry.test:5000/many/app";

async function makeMany() {
  const slips = Object.keys(SLIPS).map((tag, index) => ({ pod: `slip-${index}`, image: `${SLIP_REPOSITORY}:${tag}` }));
  const many = MANY_IMAGES.flatMap((image, index) =>
    ["a", "b", "c", "d", "e"].map((letter) => ({ pod: `many-${index}-${letter}`, image })),
  );
  await each([...slips, ...many], (one) => makePod(MANY, { ...one, told: "not found" }));
}

/** The requests for manifests in the open registry's log, after so many characters of it: `HEAD /v2/…` by times. */
function manifestRequests(offset) {
  const times = new Map();
  const lines = readFileSync(join(RUN, "log/registry-open.log"), "utf8").slice(offset);
  for (const [, request, agent] of lines.matchAll(/"((?:GET|HEAD) \/v2\/\S+\/manifests\/\S+) .*"([^"]*)"$/gm))
    if (!agent.startsWith("containerd")) times.set(request, (times.get(request) ?? 0) + 1);
  return times;
}

/** All pods of the cluster: each image is asked for once, and of 20 slips among 2,000 tags 19 are told first. */
async function examineMany() {
  const { length } = readFileSync(join(RUN, "log/registry-open.log"), "utf8");
  const { ms, answers, leaked } = await check(["-A", ...AUTHORITY], as(GIDS.many));
  const times = manifestRequests(length);
  const images = Object.keys(SLIPS).length + MANY_IMAGES.length;
  const asked = new Set([...times.keys()].map((request) => request.split(" ")[1]));
  print("-A: each image is asked for once", ms, `${asked.size} images, ${times.size} requests for manifests`, [
    ...leaked.map((secret) => `${secret} is in what was printed or saved`),
    ...(asked.size === images ? [] : [`${images} images were expected`]),
    ...[...times].filter(([, count]) => count > 1).map(([request, count]) => `${request} ${count} times`),
  ]);
  const wrong = Object.entries(SLIPS).flatMap(([tag, meant]) => {
    const nearest = answers.find(({ image }) => image === `${SLIP_REPOSITORY}:${tag}`)?.tags?.nearest ?? [];
    return nearest[0] === meant ? [] : [`${tag}: ${nearest.join(", ") || "nothing"}, and ${meant} was meant`];
  });
  const right = `${Object.keys(SLIPS).length - wrong.length} of ${Object.keys(SLIPS).length} first`;
  print("slips among 2,000 tags", ms, [right, ...wrong].join("; "), wrong.length > 1 ? ["19 were expected"] : []);
}

// ---- all of it

/** A user who may read everything but Secrets and nodes. */
async function addKeylessUser() {
  await certify("keyless");
  writeKubeconfig("keyless");
  await kubectl(["create", "clusterrolebinding", "keyless", "--clusterrole=view", "--user=keyless"]);
}

const servers = await Promise.all([startTokenService(), startHostileServers()]);
const toldNode = await addToldNode();
countPackets(gids);
try {
  await Promise.all([pushImages(), addKeylessUser(), ...NAMESPACES.map(addNamespace)]);
  await each(rows, (row) => makePod(SITUATIONS, row));
  if (isWhole) {
    await each(keys, async ({ name, host, repository, key, login }) => {
      const image = `${host}/${repository}`;
      await makePod(PARITY, { pod: name, image: `${image}:1`, logins: [{ [key]: login }] });
      await makePod(PARITY, {
        pod: `${name}-nosuch`,
        image: `${image}:nosuch`,
        logins: [{ [key]: login }],
        told: "not found",
      });
    });
    await makeMany();
  }
  const examined = await examineTable();
  if (isWhole) {
    await examineSilence(examined.filter(({ checked }, index) => checked && index % 10 === 0));
    examineRequests(servers.flatMap(({ requests }) => requests));
    examineAudit();
    await examineParity();
    for (const namespace of [SITUATIONS, PARITY])
      await api("DELETE", `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
    await examineMany();
  }
} finally {
  for (const namespace of NAMESPACES) await api("DELETE", `/api/v1/namespaces/${namespace}`).catch(() => {});
  await toldNode.remove();
  await kubectl(["delete", "clusterrolebinding", "keyless", "--ignore-not-found"]).catch(() => {});
  stopCounting(gids);
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
  closeApi();
}
conclude("registry situations", passed, failed);
