import { collect } from "../cluster/collect.ts";
import { escapeInJson, escapeText } from "../report/render/escape.ts";
import { render } from "../report/render/index.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { Failure } from "../text/failure.ts";
import { withoutSecrets } from "../text/run-secrets.ts";
import { defaultShell } from "../text/shell.ts";
import { plain, type Text } from "../text/text.ts";
import type { World } from "../world.ts";
import { DEBUG_VARIABLE, outputIn, parseArgs } from "./args.ts";
import type { ExitCode } from "./exit-code.ts";
import { failureText } from "./failure.ts";
import { type Options, toOptions } from "./options.ts";
import { startProgress } from "./progress.ts";
import { isColored, widthOf } from "./terminal.ts";

/** The program. Takes the arguments after its name; resolves to the exit code and throws only by mistake. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  let options: Options | undefined;
  try {
    options = toOptions(parseArgs(argv));
    return await runChecked(options, world);
  } catch (error) {
    await tellFailure(error, argv, options, world);
    return 2;
  }
}

/** For people on stderr; with -o json or yaml as the Failure document on stdout, where a program expects a document. */
async function tellFailure(
  error: unknown,
  argv: readonly string[],
  options: Options | undefined,
  world: World,
): Promise<void> {
  const output = options?.output ?? outputIn(argv);
  const stream = output === "json" || output === "yaml" ? world.stdout : world.stderr;
  const { color = "auto", kubectlFlags = [] } = options ?? {};
  stream.write(
    await failureText(error, output, {
      color: isColored(color, world.stderr, world.env),
      width: widthOf(world.stderr),
      kubectlFlags,
    }),
  );
  if (world.env[DEBUG_VARIABLE] && error instanceof Error && !(error instanceof Failure))
    world.stderr.write(`${escapeInJson(error.stack ?? "")}\n`);
}

async function runChecked(options: Options, world: World): Promise<ExitCode> {
  const say = (text: string) => world.stdout.write(text);
  if (options.explain !== undefined) {
    const { explain } = await import("./explain.ts");
    say(await explain(options.explain, widthOf(world.stdout)));
    return 0;
  }

  const { snapshot: seen, remarks } = await look(options, world);
  const { snapshot, text: shown } = options.redact
    ? (await import("../snapshot/redact.ts")).redacted(seen)
    : { snapshot: seen, text: (content: string) => content };
  if (options.saveSnapshot) {
    const { writeSnapshot } = await import("../snapshot/snapshot-file.ts");
    writeSnapshot(options.saveSnapshot, snapshot);
  }
  for (const remark of remarks) world.stderr.write(`${escapeText(shown(withoutSecrets(plain(remark))))}\n`);
  const { reportOn, exitCodeFor } = await import("./report-on.ts");
  const result = await reportOn(snapshot, options);
  say(
    await render(result, options.output, {
      color: isColored(options.color, world.stdout, world.env),
      width: widthOf(world.stdout),
      wide: options.wide,
      // Names of contexts and users, and paths, are private as well.
      kubectlFlags: options.redact ? [] : options.kubectlFlags,
      shell: options.shell ?? defaultShell(world.env, process.platform),
    }),
  );
  return exitCodeFor("items" in result ? result.items : [result]);
}

async function lookAtFiles(from: string, options: Options, world: World) {
  const [{ readSnapshot }, { pickTargets }] = await Promise.all([
    import("../snapshot/snapshot-file.ts"),
    import("./saved-targets.ts"),
  ]);
  return pickTargets(await readSnapshot(from, world, options.connection.patienceMs), options);
}

/** Reads a saved snapshot, or the cluster. */
async function look(options: Options, world: World): Promise<{ snapshot: Snapshot; remarks: readonly Text[] }> {
  if (options.from) return lookAtFiles(options.from, options, world);
  const [{ resolveTarget }, { connect }] = await Promise.all([
    import("../cluster/kubeconfig.ts"),
    import("../cluster/connect.ts"),
  ]);
  const registries = options.registry && (await import("./check-registry.ts")).registryCheck(options.registry, world);
  const api = connect(await resolveTarget(options.connection, world), world);
  const progress = startProgress(world);
  // What the report takes is loaded while requests are on their way.
  const report = new Promise<typeof import("./report-on.ts")>((resolve) => {
    setImmediate(() => resolve(import("./report-on.ts")));
  });
  // A login through a browser, say, counts for nobody's patience.
  let begin = Date.now();
  try {
    const looked = await collect(api, {
      names: options.targets,
      namespace: options.allNamespaces ? undefined : api.namespace,
      ...(options.selector && { selector: options.selector }),
      secrets: options.secrets,
      logs: options.logs,
      version: options.saveSnapshot !== undefined,
      now: world.now,
      onProgress: progress.say,
      onTargets: (objects) => {
        begin = Date.now();
        setImmediate(async () => (await report).knowledgeFor(objects));
      },
    });
    if (!registries) return looked;
    const patienceMs = begin + options.connection.patienceMs - Date.now();
    const asked = await registries(looked.snapshot, api, {
      secrets: options.secrets,
      patienceMs,
      onProgress: progress.say,
    });
    return { snapshot: asked.snapshot, remarks: [...looked.remarks, ...asked.remarks] };
  } finally {
    progress.stop();
    api.close();
  }
}
