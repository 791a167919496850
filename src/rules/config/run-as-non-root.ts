import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { name, path, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { creationFailures } from "./creation-failure.ts";
import { effective } from "./security.ts";

/** Why the kubelet cannot hold the promise not to run as root. */
type Violation = "image-user-root" | "image-user-by-name" | "image-user-invalid" | "run-as-user-0";

interface Facts {
  readonly violation: Violation;
  readonly image: string;
  /** The user that the image names. */
  readonly user?: string;
}

/** The container must not run as root, and would, or may. */
export default defineRule<Facts>({
  id: "config/run-as-non-root",
  title: "runAsNonRoot is set, and the container would run as root or may do so",
  effect: "blocks",
  needs: [],
  check: (input) =>
    input.containers
      .filter(({ role }) => role !== "ephemeral")
      .flatMap((container) => {
        const found = said(container, input) ?? foreseen(container, input);
        if (!found) return [];
        const { evidence, ...facts } = found;
        return [
          {
            subject: refTo(input.pod),
            container: container.name,
            confidence: "certain" as const,
            facts: { ...facts, image: container.spec.image ?? "" },
            evidence,
          },
        ];
      }),
  message: ({ facts: { violation, user = "", image }, container = "" }, input) => {
    const view = input.containers.find((one) => one.name === container);
    const rule = view && effective(input, view, "runAsNonRoot");
    const demand = text`${path(`${rule?.path.startsWith("spec.securityContext") ? "The pod's" : "Its"} runAsNonRoot`)} forbids that`;
    switch (violation) {
      case "image-user-root":
        return {
          headline: text`Container ${name(container)} must not run as root (runAsNonRoot), but its image runs as root.`,
          why: text`The image ${value(image)} names no user, or root, and no ${path("runAsUser")} says otherwise. ${demand}, so the kubelet does not create it.`,
        };
      case "image-user-by-name":
        return {
          headline: text`Container ${name(container)} must not run as root (runAsNonRoot), and its image names its user ${value(user)} instead of a number.`,
          why: text`The kubelet cannot tell from a name whether that user is root: it does not read the image's /etc/passwd. A numeric ${path("runAsUser")}, or USER with a number in the image, lets it check.`,
        };
      case "image-user-invalid":
        return {
          headline: text`The image of container ${name(container)} has the user id ${value(user)}, which is out of range.`,
          why: text`With runAsNonRoot the kubelet checks the user of the image ${value(image)}: it must be a number from 1 to 2147483647.`,
        };
      case "run-as-user-0":
        return {
          headline: text`Container ${name(container)} is told to run as user 0 and not to run as root: the two contradict.`,
          why: text`${path("runAsUser: 0")} is root, and ${path("runAsNonRoot: true")} forbids it, so the kubelet does not create the container.`,
        };
    }
  },
  fixes: ({ facts: { violation, user = "" }, container = "" }, input) => fixesFor(violation, user, container, input),
  groupKey: ({ facts, container }) => `${facts.violation} ${facts.image} ${container}`,
  doc: {
    means:
      "A security context with runAsNonRoot demands a user other than root. The kubelet refuses where the user is 0, or where the image gives it by name, as it cannot look names up.",
    seenIn:
      "Waiting reason CreateContainerConfigError with `container has runAsNonRoot and image will run as root`, `… image has non-numeric user (NAME), cannot verify user is non-root`, `… has an invalid user id`, `container's runAsUser breaks non-root policy` (kubelet, all versions).",
    repair: "Set runAsUser to the number of a user that the image works with, or build the image with a numeric USER.",
    notToConfuseWith:
      "creation/podsecurity-violation: there the API server refuses the pod. A container that cannot write its files as that user crashes later.",
    catalogue: ["config-run-as-non-root"],
  },
});

interface Found extends Omit<Facts, "image"> {
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

function said(container: ContainerView, input: PodInput): Found | undefined {
  const failure = creationFailures(input).find((one) => one.container.name === container.name);
  if (!failure) return undefined;
  const { message, evidence } = failure;
  const where = settings(container, input);
  const byName = /image has non-numeric user \(([^)]*)\)/.exec(message)?.[1];
  const invalid = /image has an invalid user id \((-?\d+)\)/.exec(message)?.[1];
  if (byName !== undefined) return { violation: "image-user-by-name", user: byName, evidence: [evidence, ...where] };
  if (invalid !== undefined) return { violation: "image-user-invalid", user: invalid, evidence: [evidence, ...where] };
  if (/runAsNonRoot and image will run as root/.test(message))
    return { violation: "image-user-root", evidence: [evidence, ...where] };
  if (/runAsUser breaks non-root policy/.test(message))
    return { violation: "run-as-user-0", evidence: [evidence, ...where] };
  return undefined;
}

/** Two fields that contradict each other need no message: the kubelet comes to them once the image is there. */
function foreseen(container: ContainerView, input: PodInput): Found | undefined {
  const { status, specPath } = container;
  const { pod } = input;
  const isPast = status?.state?.running || status?.state?.terminated || status?.lastState?.terminated;
  if (isPast || pod.metadata.deletionTimestamp || isTerminal(pod) || !specPath) return undefined;
  if (effective(input, container, "runAsNonRoot")?.value !== true) return undefined;
  const user = effective(input, container, "runAsUser");
  if (user?.value !== 0) return undefined;
  const [first, ...others] = settings(container, input);
  return first && { violation: "run-as-user-0", evidence: [first, ...others] };
}

function settings(container: ContainerView, input: PodInput): readonly Evidence[] {
  return (["runAsNonRoot", "runAsUser"] as const).flatMap((field) => {
    const found = effective(input, container, field);
    return found ? [seen(input.pod, found.path, field)] : [];
  });
}

/** Names that mean the same number in nearly every image. */
const USUAL_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries({ nobody: 65534, nonroot: 65532 }));

function fixesFor(violation: Violation, user: string, container: string, input: PodInput): readonly Fix[] {
  const view = input.containers.find((one) => one.name === container);
  const field = view?.role === "main" ? "containers" : "initContainers";
  const patch = (securityContext: object, title: Parameters<typeof patchPodSpec>[2], applies: Fix["applies"]) =>
    withBareNumber(patchPodSpec(input, { [field]: [{ name: container, securityContext }] }, title, { applies }));
  const usual = USUAL_NUMBERS.get(user);
  return [
    ...(usual === undefined
      ? []
      : [
          patch({ runAsUser: usual }, text`Give the number of ${value(user)}: in most images it is ${usual}.`, "maybe"),
        ]),
    patch(
      { runAsUser: "<uid>" },
      text`${usual === undefined ? "Set" : "Or set"} the number of a user other than root that the image works with; 1000 is a common choice.`,
      "fill-in",
    ),
    ...(violation === "run-as-user-0"
      ? []
      : [look(text`Or build the image with a number in its Dockerfile, such as USER 1000.`)]),
    patch({ runAsNonRoot: false }, text`Or allow root, if the program needs it and your policies permit it.`, "maybe"),
  ];
}

/** The API takes no string for a user id: the placeholder stands without quotes. */
function withBareNumber(fix: Fix): Fix {
  return {
    ...fix,
    commands: fix.commands.map((command) => ({
      ...command,
      argv: command.argv.map((word) => word.replaceAll('"<uid>"', "<uid>")),
    })),
  };
}
