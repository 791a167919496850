import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, patchTemplate } from "./repair.ts";

interface Facts {
  readonly priorityClass: string;
  readonly nearest: readonly string[];
  readonly isThereNow: boolean;
}

/** The template names a PriorityClass that does not exist. */
export default refusalRule<Facts>({
  id: "creation/priorityclass-missing",
  title: "The PriorityClass does not exist",
  needs: ["Event", "PriorityClass"],
  read: (message, { snapshot }) => {
    const [, priorityClass] = /^no PriorityClass with name (\S+) was found/.exec(message) ?? [];
    if (!priorityClass) return undefined;
    const names = snapshot.list("PriorityClass").items.map(({ metadata }) => metadata.name);
    return { priorityClass, nearest: nearest(priorityClass, names), isThereNow: names.includes(priorityClass) };
  },
  effect: ({ isThereNow }) => (isThereNow ? "delays" : "blocks"),
  evidence: (_, { template, object, templatePath }): readonly Evidence[] =>
    template?.priorityClassName ? [seen(object, `${templatePath}.priorityClassName`, "template names")] : [],
  message: ({ priorityClass, nearest: near, isThereNow }) => ({
    headline: isThereNow
      ? text`PriorityClass ${name(priorityClass)} was missing at the last try; by now it is there.`
      : text`PriorityClass ${name(priorityClass)} does not exist${near.length > 0 && text`; ${list(near.map(name))} ${near.length > 1 ? "do" : "does"}`}.`,
    why: text`The API server turns the class's name into a number when it creates the pod; it cannot for one that is not there.`,
  }),
  fixes: ({ priorityClass, nearest: [best], isThereNow }, input) =>
    isThereNow
      ? []
      : [
          ...(best
            ? [
                patchTemplate(
                  input,
                  { spec: { priorityClassName: best } },
                  text`Use ${name(best)}, if that is meant.`,
                  { applies: "maybe" },
                ),
              ]
            : []),
          patchTemplate(
            input,
            { spec: { priorityClassName: null, priority: null } },
            text`${best ? "Or do" : "Do"} without: then the cluster's default priority holds.`,
            { applies: "maybe" },
          ),
          adminFix(text`Or create the class, with the priority it is to have.`, [
            kubectl(
              "changes",
              undefined,
              "create",
              "priorityclass",
              priorityClass,
              "--value=<number>",
              "--description=<what it is for>",
            ),
          ]),
        ],
  groupKey: ({ priorityClass }) => priorityClass,
  doc: {
    means: "The pod template names a PriorityClass that the cluster does not have.",
    seenIn: "`no PriorityClass with name NAME was found` in FailedCreate (API server, all versions).",
    repair: "Create the class, or correct or remove its name.",
    catalogue: ["create-priorityclass-missing"],
  },
});
