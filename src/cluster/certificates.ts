import { createPrivateKey, X509Certificate } from "node:crypto";
import { Failure } from "../text/failure.ts";
import { command, path, text } from "../text/text.ts";

/** As Go's AppendCertsFromPEM: what is no certificate is passed over, but one must be there. */
export function usableCertificates(pem: string): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const usable = blocks.filter((block) => {
    try {
      return new X509Certificate(block).fingerprint !== "";
    } catch {
      return false;
    }
  });
  if (usable.length === 0) {
    throw new Failure(text`The certificate authority of the cluster holds no certificate in PEM form.`, {
      todo: [text`Fetch the kubeconfig again; ${command("kubectl config view --raw")} shows what is in it now.`],
    });
  }
  return usable.join("\n");
}

/** The first certificate must be the key's, as Go's tls.X509KeyPair wants it. */
export function checkPair(certificate: string, key: string, file?: string): void {
  const whose = file ? text`The client certificate ${path(file)}` : text`The client certificate`;
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch {
    throw new Failure(text`${whose} is no certificate in PEM form.`);
  }
  let isPair: boolean;
  try {
    isPair = parsed.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new Failure(
      text`The key of ${file ? text`the client certificate ${path(file)}` : "the client certificate"} is no private key in PEM form without a passphrase.`,
    );
  }
  if (!isPair) throw new Failure(text`${whose} and its key do not belong together.`);
}
