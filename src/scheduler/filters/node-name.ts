import type { Filter } from "../filter.ts";

/** The pod names its node (kube-scheduler v1.36 plugins/nodename). */
export const nodeName: Filter = {
  name: "NodeName",
  prepare:
    ({ spec: { nodeName: wanted } }) =>
    ({ name }) =>
      wanted && wanted !== name
        ? [
            {
              plugin: "NodeName",
              reason: "node(s) didn't match the requested node name",
              isUnresolvable: true,
              lack: { of: "name", wanted },
            },
          ]
        : [],
};
