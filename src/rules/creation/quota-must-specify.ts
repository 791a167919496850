import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { countedIn } from "./quota.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look, setResources } from "./repair.ts";

interface Facts {
  readonly quota: string;
  /** `requests.cpu` and the containers that do not say it; none where an older server does not name them. */
  readonly missing: readonly { readonly resource: string; readonly containers: readonly string[] }[];
}

/** A quota on a resource makes it a duty to say how much of it each container takes. */
export default refusalRule<Facts>({
  id: "creation/quota-must-specify",
  title: "A ResourceQuota demands requests or limits that a container does not state",
  needs: ["Event", "LimitRange"],
  read: (message) => {
    const [, quota, demands = ""] = /^failed quota: (\S+): must specify (.+)$/.exec(message) ?? [];
    if (!quota) return undefined;
    const named = demands.split("; ").flatMap((part) => {
      const [, resource, containers = ""] = /^(\S+) for: (\S+)$/.exec(part) ?? [];
      return resource ? [{ resource, containers: containers.split(",") }] : [];
    });
    // Up to 1.22 the containers were not named: `must specify limits.cpu,requests.memory`.
    const missing = named.length
      ? named
      : demands.split(",").map((resource) => ({ resource: resource.trim(), containers: [] as string[] }));
    return { quota, missing };
  },
  message: ({ quota, missing }, { snapshot, object }) => {
    const containers = [...new Set(missing.flatMap((one) => one.containers))];
    const ranges = snapshot.list("LimitRange", object.metadata.namespace);
    return {
      headline: text`Quota ${name(quota)} demands ${list(missing.map(({ resource }) => name(resource)))}; ${containers.length ? text`${list(containers.map(name))} ${containers.length > 1 ? "state" : "states"} none` : "a container states none"}.`,
      why: text`Where a quota counts a resource, every container has to say how much of it it takes; else the API server cannot count.${ranges.isComplete && ranges.items.length === 0 ? " No LimitRange of the namespace fills it in." : ""}`,
    };
  },
  fixes: ({ quota, missing }, input) => {
    const { namespace } = input.object.metadata;
    const containers = [...new Set(missing.flatMap((one) => one.containers))];
    const all = containers.length ? containers : (input.template?.containers ?? []).map((one) => one.name);
    const repairs = all.map((container, index) => {
      const amounts = { requests: {} as Record<string, string>, limits: {} as Record<string, string> };
      for (const { resource, containers: who } of missing) {
        const counted = countedIn(resource);
        if (counted && (who.length === 0 || who.includes(container)))
          amounts[counted.list][counted.of] = `<${counted.of}>`;
      }
      const title = index === 0 ? text`State it in the template.` : [];
      return setResources(input, container, amounts, title);
    });
    const [first, ...others] = repairs;
    return [
      look(
        text`What the quota counts, and what is left of it.`,
        kubectl("reads", namespace, "describe", "resourcequota", quota),
      ),
      // One repair: all containers have to state it.
      ...(first ? [{ ...first, commands: [...first.commands, ...others.flatMap(({ commands }) => commands)] }] : []),
      adminFix(
        text`Or give the namespace a LimitRange with ${name("default")} and ${name("defaultRequest")}: it fills in what a container leaves out.`,
        [kubectl("changes", namespace, "create", "-f", "<limit-range.yaml>")],
      ),
    ];
  },
  groupKey: ({ quota }) => quota,
  doc: {
    means:
      "The namespace has a quota on CPU or memory. Then every container must state its requests or limits, and one does not.",
    seenIn:
      "`failed quota: NAME: must specify requests.cpu for: app` in FailedCreate (API server, all versions; the containers are named since 1.23).",
    repair: "State requests or limits on the containers named, or add a LimitRange with defaults.",
    notToConfuseWith: "creation/quota-exceeded: there it is stated, and too much.",
    catalogue: ["create-quota-must-specify"],
  },
});
