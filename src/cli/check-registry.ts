import { resolve } from "node:path";
import type { Api } from "../cluster/api.ts";
import { RESOURCES } from "../cluster/resources.ts";
import { certificatesIn } from "../cluster/system-roots.ts";
import type { Pod } from "../objects/pod.ts";
import { askRegistries, type RegistryQuestion } from "../registry/ask.ts";
import { knownTags } from "../rules/image/known-images.ts";
import { pullAttempts } from "../rules/image/pull-attempt.ts";
import { podInput } from "../rules/pod-input.ts";
import { readBounded } from "../snapshot/bounded-file.ts";
import { compare, Lookup } from "../snapshot/lookup.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { Failure } from "../text/failure.ts";
import { command, name, type Text, text } from "../text/text.ts";
import type { World } from "../world.ts";
import type { RegistryOptions } from "./options.ts";

// Loaded only with --check-registry: nothing of src/registry is part of another run.

interface CheckOptions {
  /** Whether Secrets may be read at all. */
  readonly secrets: boolean;
  readonly patienceMs: number;
  onProgress(what: string): void;
}

/**
 * Prepares to ask registries, so that a bad file is told before the cluster is read. What it returns asks about all
 * images that the targets of a snapshot wait for, and adds the answers.
 */
export function registryCheck({ logins, certificateAuthority, insecureHosts }: RegistryOptions, world: World) {
  const trust = {
    insecureHosts,
    ...(certificateAuthority && { certificateAuthority: certificates(certificateAuthority, world) }),
  };
  return async (
    snapshot: Snapshot,
    api: Api,
    { secrets, patienceMs, onProgress }: CheckOptions,
  ): Promise<{ snapshot: Snapshot; remarks: readonly Text[] }> => {
    const questions = questionsOf(snapshot);
    const registryAnswers = await askRegistries(questions, {
      trust,
      world,
      patienceMs,
      ...(logins && {
        readSecret: async (namespace, secret) =>
          secrets
            ? api.get(RESOURCES.Secret, namespace, secret)
            : { state: "failed", message: "--no-secrets was given" },
      }),
      onAsk: (host) => onProgress(`asking ${host}`),
    });
    const left = questions.length - registryAnswers.length;
    return {
      snapshot: { ...snapshot, registryAnswers },
      remarks:
        left > 0
          ? [
              text`Registries were not asked about ${left} more ${left === 1 ? "image" : "images"}: the time is over; ${command("--patience")} allows more.`,
            ]
          : [],
    };
  };
}

function certificates(file: string, { workingDirectory }: World): string {
  let content: string;
  try {
    content = readBounded(resolve(workingDirectory, file)).toString("latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(text`--registry-ca ${name(file)} cannot be read: ${code ?? "unknown error"}.`);
  }
  const found = certificatesIn(content);
  if (found.length === 0) {
    throw new Failure(text`--registry-ca ${name(file)} holds no certificate.`, {
      todo: [text`Give PEM: one certificate or several, each between BEGIN CERTIFICATE and END CERTIFICATE.`],
    });
  }
  return found.join("\n");
}

/** The images that targets of a snapshot wait for, each once for the same pull secrets. */
export function questionsOf(snapshot: Snapshot): readonly RegistryQuestion[] {
  const lookup = new Lookup(snapshot);
  const questions = new Map<string, RegistryQuestion>();
  for (const { kind, namespace, name: podName } of snapshot.targets) {
    const pod = kind === "Pod" ? lookup.get("Pod", namespace, podName) : undefined;
    if (!pod) continue;
    const secrets = (pod.spec.imagePullSecrets ?? []).flatMap((secret) => secret.name || []);
    const accountSecrets = accountSecretsOf(pod, lookup).filter((secret) => !secrets.includes(secret));
    const input = podInput(pod, lookup);
    for (const { image, reference, reason } of pullAttempts(input)) {
      // With pull policy Never no registry is asked by the node either.
      if (!reference || reason === "ErrImageNeverPull") continue;
      const place = secrets.length + accountSecrets.length > 0 ? (namespace ?? "") : "";
      const key = JSON.stringify([image, place, secrets]);
      const before = questions.get(key);
      const known = new Set([...(before?.knownTags ?? []), ...knownTags(input, reference).keys()]);
      known.delete(reference.tag ?? "");
      questions.set(key, {
        image,
        namespace: before?.namespace ?? namespace ?? "",
        secrets,
        accountSecrets: [...new Set([...(before?.accountSecrets ?? []), ...accountSecrets])],
        knownTags: [...known].sort(compare),
      });
    }
  }
  return [...questions].sort(([a], [b]) => compare(a, b)).map(([, question]) => question);
}

function accountSecretsOf({ metadata, spec }: Pod, lookup: Lookup): readonly string[] {
  const account = lookup.get("ServiceAccount", metadata.namespace, spec.serviceAccountName ?? "default");
  return (account?.imagePullSecrets ?? []).flatMap((secret) => secret.name || []);
}
