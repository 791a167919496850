// Users of the test cluster, each with a client certificate of its own. All are in the group whose requests are audited.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "./api.mjs";
import { RUN } from "./machine.mjs";

const pki = (file) => join(RUN, "pki", file);

async function openssl(...args) {
  const { code, stderr } = await runProgram("openssl", args, { env: process.env });
  if (code !== 0) throw new Error(`openssl ${args[0]}: ${stderr.trim()}`);
}

/** A key and a certificate, signed by the cluster's authority; `names` are for servers; with -1 days it has expired. */
export async function certify(name, names = `DNS:${name}`, days = 1) {
  const extensions = pki(`${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names}\n`);
  await openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    `/O=readers/CN=${name}`,
    "-keyout",
    pki(`${name}.key`),
    "-out",
    pki(`${name}.csr`),
  );
  await openssl(
    "x509",
    "-req",
    "-in",
    pki(`${name}.csr`),
    "-CA",
    pki("ca.crt"),
    "-CAkey",
    pki("ca.key"),
    // Its own, as the file that openssl counts in is no place for two at once.
    "-set_serial",
    `0x${randomBytes(16).toString("hex")}`,
    "-days",
    String(days),
    "-extfile",
    extensions,
    "-out",
    pki(`${name}.crt`),
  );
}

/** Writes the kubeconfig of a user, so that `environment(name)` is that user. */
export function writeKubeconfig(name, { server = "https://127.0.0.1:6443", certificate = name } = {}) {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "why-pending",
    clusters: [{ name: "why-pending", cluster: { server, "certificate-authority": pki("ca.crt") } }],
    users: [
      { name, user: { "client-certificate": pki(`${certificate}.crt`), "client-key": pki(`${certificate}.key`) } },
    ],
    contexts: [{ name: "why-pending", context: { cluster: "why-pending", user: name } }],
  };
  writeFileSync(join(RUN, `${name}.kubeconfig`), JSON.stringify(config));
}
