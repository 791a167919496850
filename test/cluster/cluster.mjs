// The test cluster by hand: node test/cluster/cluster.mjs up [--no-node] [--kwok] | down | build [folder]… | enter COMMAND…
import { build, down, enter, obstacle, up, VERSION, withCleanUp } from "./lib/machine.mjs";

const [verb, ...rest] = process.argv.slice(2);

const verbs = {
  up: async () => {
    if ((await build()) !== 0 || (VERSION && (await build([`kubernetes-${VERSION}`])) !== 0)) return 1;
    return up(rest);
  },
  down: async () => down(),
  build: () => build(rest),
  enter: () => enter(rest),
};

if (!verbs[verb]) {
  console.error("usage: cluster.mjs up [--no-node] [--kwok] | down | build [folder]… | enter COMMAND…");
  process.exit(1);
}
const why = await obstacle();
if (why) {
  console.error(`The cluster cannot run here: ${why}.`);
  process.exit(1);
}
let isUp = false;
await withCleanUp(
  async () => {
    const code = await verbs[verb]();
    isUp = code === 0;
    return code === 0 ? 0 : 1;
  },
  // A start that was broken off leaves nothing; one that failed leaves its logs to read.
  async () => {
    if (verb === "up" && !isUp) console.error("It is not up; `npm run cluster:down` removes what is left.");
  },
);
