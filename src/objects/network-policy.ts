import type {
  V1IPBlock,
  V1NetworkPolicy,
  V1NetworkPolicyEgressRule,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1NetworkPolicySpec,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { type LabelSelector, labelSelectorSchema, matchesSelector } from "./label-selector.ts";
import { fieldsOf, metadataSchema, numberOrText, optionalNumber, optionalText } from "./object.ts";

const peers = z.optional(
  z.array(
    fieldsOf<V1NetworkPolicyPeer>()({
      podSelector: z.optional(labelSelectorSchema),
      namespaceSelector: z.optional(labelSelectorSchema),
      ipBlock: z.optional(fieldsOf<V1IPBlock>()({ cidr: z.string(), except: z.optional(z.array(z.string())) })),
    }),
  ),
);
const ports = z.optional(
  z.array(
    fieldsOf<V1NetworkPolicyPort>()({
      port: z.optional(numberOrText),
      endPort: optionalNumber,
      protocol: optionalText,
    }),
  ),
);

export const networkPolicySchema = fieldsOf<V1NetworkPolicy>()({
  apiVersion: optionalText,
  kind: z.literal("NetworkPolicy"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1NetworkPolicySpec>()({
      podSelector: z.optional(labelSelectorSchema),
      policyTypes: z.optional(z.array(z.string())),
      // client-node calls the field _from, as `from` is a word of some languages.
      ingress: z.optional(z.array(z.looseObject({ from: peers, ports }))),
      egress: z.optional(z.array(fieldsOf<V1NetworkPolicyEgressRule>()({ to: peers, ports }))),
    }),
  ),
});
export type NetworkPolicy = z.infer<typeof networkPolicySchema>;
type Peer = NonNullable<z.infer<typeof peers>>[number];
type Port = NonNullable<z.infer<typeof ports>>[number];

/** The other end of a connection, as far as it is known. */
export interface OtherEnd {
  /** Of a pod; absent for an address outside of the cluster. */
  readonly namespace?: string;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
  /** An address that may be a pod's: nobody looked. */
  readonly mayBePod?: boolean;
}

/** `maybe`: what is known does not decide it. */
export type Verdict = "yes" | "no" | "maybe";

/** The policies that limit what a pod may send (Egress) or be sent (Ingress). */
export function policiesOn(
  {
    metadata,
  }: {
    readonly metadata: {
      readonly namespace?: string | undefined;
      readonly labels?: Readonly<Record<string, string>> | undefined;
    };
  },
  direction: "Egress" | "Ingress",
  policies: readonly NetworkPolicy[],
): readonly NetworkPolicy[] {
  return policies.filter((policy) => {
    const { podSelector, policyTypes, egress } = policy.spec ?? {};
    // What the API server sets where nothing is written (kubernetes v1.36 pkg/apis/networking/v1/defaults.go).
    const types = policyTypes ?? ["Ingress", ...(egress ? ["Egress"] : [])];
    return (
      policy.metadata.namespace === metadata.namespace &&
      types.includes(direction) &&
      matchesSelector(podSelector as LabelSelector | undefined, metadata.labels)
    );
  });
}

/**
 * Whether policies that select a pod let it connect to the other end (Egress), or be connected to by it (Ingress): one
 * rule of one policy is enough (networking/v1 types.go). Policies are about pods and their ports, not about a Service's.
 */
export function allows(
  policies: readonly NetworkPolicy[],
  direction: "Egress" | "Ingress",
  other: OtherEnd,
  port: { readonly number?: number; readonly protocol: string },
): Verdict {
  const verdicts = policies.flatMap(({ metadata, spec }) => {
    const rules =
      direction === "Egress"
        ? (spec?.egress ?? []).map(({ to, ports: of }) => ({ ends: to, of }))
        : (spec?.ingress ?? []).map(({ from, ports: of }) => ({ ends: from, of }));
    return rules.map(({ ends = [], of = [] }) =>
      both(
        ends.length === 0 ? "yes" : any(ends.map((peer) => fitsPeer(peer, metadata.namespace ?? "", other))),
        of.length === 0 ? "yes" : any(of.map((one) => fitsPort(one, port))),
      ),
    );
  });
  return any(verdicts);
}

const any = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes("yes") ? "yes" : verdicts.includes("maybe") ? "maybe" : "no";
const both = (a: Verdict, b: Verdict): Verdict =>
  a === "no" || b === "no" ? "no" : a === "yes" && b === "yes" ? "yes" : "maybe";

function fitsPort(
  { port, endPort, protocol = "TCP" }: Port,
  wanted: { readonly number?: number; readonly protocol: string },
): Verdict {
  if (protocol !== wanted.protocol) return "no";
  if (port === undefined) return "yes";
  // A name is one of the pod's own, and a pod may give a name to any number.
  if (typeof port === "string" || wanted.number === undefined) return "maybe";
  return wanted.number >= port && wanted.number <= (endPort ?? port) ? "yes" : "no";
}

function fitsPeer({ podSelector, namespaceSelector, ipBlock }: Peer, own: string, other: OtherEnd): Verdict {
  if (ipBlock) return fitsBlock(ipBlock, other);
  if (other.namespace === undefined) return other.mayBePod ? "maybe" : "no";
  const pods = podSelector as LabelSelector | undefined;
  const namespaces = namespaceSelector as LabelSelector | undefined;
  const inNamespace: Verdict = namespaces ? fitsNamespace(namespaces, other) : other.namespace === own ? "yes" : "no";
  if (!pods || isOpen(pods)) return inNamespace;
  const pod: Verdict = other.labels ? (matchesSelector(pods, other.labels) ? "yes" : "no") : "maybe";
  return both(inNamespace, pod);
}

const isOpen = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector) =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

/** Every namespace carries its name as a label, since Kubernetes 1.21. */
const NAME_LABEL = "kubernetes.io/metadata.name";

function fitsNamespace(selector: LabelSelector, { namespace = "", namespaceLabels }: OtherEnd): Verdict {
  const keys = [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)];
  if (!namespaceLabels && keys.some((key) => key !== NAME_LABEL)) return "maybe";
  return matchesSelector(selector, { ...namespaceLabels, [NAME_LABEL]: namespace }) ? "yes" : "no";
}

/** Where a pod is the other end, plugins differ in whether its address counts, so a fit is no certainty. */
function fitsBlock(
  { cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] | undefined },
  { address, namespace }: OtherEnd,
): Verdict {
  if (address === undefined) return "maybe";
  const isIn = contains(cidr, address);
  if (isIn === undefined || except.some((one) => contains(one, address) === undefined)) return "maybe";
  if (!isIn || except.some((one) => contains(one, address))) return "no";
  return namespace === undefined ? "yes" : "maybe";
}

/** Whether an IPv4 block holds an address; undefined for what is no IPv4. */
function contains(cidr: string, address: string): boolean | undefined {
  const [block = "", bits = "32"] = cidr.split("/");
  const [a, b] = [numberOf(block), numberOf(address)];
  const size = 2 ** (32 - Number(bits));
  return a === undefined || b === undefined ? undefined : Math.floor(a / size) === Math.floor(b / size);
}

function numberOf(address: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
