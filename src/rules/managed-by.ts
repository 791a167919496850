import type { KubeObject } from "../objects/object.ts";
import { name, type Text, text } from "../text/text.ts";

/** What keeps a change of an object from lasting: a chart or a Git repository that will write it again. Topmost object first. */
export function managerOf(objects: readonly (KubeObject | undefined)[]): Text | undefined {
  for (const object of objects) {
    const { annotations = {}, labels = {} } = object?.metadata ?? {};
    const release = annotations["meta.helm.sh/release-name"];
    if (release)
      return text`Helm release ${name(release)}: change the chart's values too, or the next upgrade undoes this`;
    const application = annotations["argocd.argoproj.io/tracking-id"] ?? labels["argocd.argoproj.io/instance"];
    if (application) return text`Argo CD (${name(application)}): change it in Git too, or the next sync undoes this`;
    const flux = labels["kustomize.toolkit.fluxcd.io/name"] ?? labels["helm.toolkit.fluxcd.io/name"];
    if (flux) return text`Flux (${name(flux)}): change it in Git too, or the next reconciliation undoes this`;
  }
  return undefined;
}
