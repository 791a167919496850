/** One way to be configured. Words like DIR and HTTPS_SERVER stand for what a run makes: see `filled`. */
export interface Situation {
  readonly name: string;
  /** By path below DIR; `home/.kube/config` is the default one. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Run as in a pod whose service account has these files. */
  readonly serviceAccount?: Readonly<Record<string, string>>;
}

/** What stands in the place of DIR, HTTPS_SERVER and the rest. */
export interface Filling {
  readonly DIR: string;
  readonly PKI: string;
  readonly HTTPS_PORT: string;
  readonly HTTP_PORT: string;
  readonly PROXY_PORT: string;
  readonly CA_DATA: string;
  readonly OTHER_CA_DATA: string;
  readonly JANE_CERT_DATA: string;
  readonly JANE_KEY_DATA: string;
  readonly JOE_CERT_DATA: string;
  readonly GARBAGE_DATA: string;
}

/** A text of a situation with the run's own values. */
export function filled(content: string, filling: Filling): string {
  return Object.entries(filling)
    .sort(([a], [b]) => b.length - a.length)
    .reduce((text, [word, meaning]) => text.replaceAll(`$${word}`, meaning), content);
}

/** The run's own values out again, so that nothing of the machine is recorded. */
export function emptied(content: string, filling: Filling): string {
  return Object.entries(filling)
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((text, [word, meaning]) => text.replaceAll(meaning, `$${word}`), content);
}

const CONFIG = "home/.kube/config";

/** A kubeconfig with one context; `cluster` and `user` are YAML in braces. */
const one = (cluster: string, user: string, context = "") => ({
  [CONFIG]: `apiVersion: v1
kind: Config
current-context: dev
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts: [{name: dev, context: {cluster: c, user: u${context && `, ${context}`}}}]
`,
});

const HTTPS = 'server: "https://127.0.0.1:$HTTPS_PORT"';
const TRUSTED = `${HTTPS}, certificate-authority-data: $CA_DATA`;
const PLAIN = 'server: "http://127.0.0.1:$HTTP_PORT"';
const TOKEN = "token: sesame";
const CERTIFICATE = "client-certificate-data: $JANE_CERT_DATA, client-key-data: $JANE_KEY_DATA";

/** A plugin that keeps what it was told and answers `status`. */
const plugin = (status: string, version = "v1") => `#!/bin/sh
printf '%s' "$KUBERNETES_EXEC_INFO" > "$DIR/exec-info.json"
printf '%s' "$1/$STAGE" > "$DIR/exec-call.txt"
cat <<'END'
{"apiVersion": "client.authentication.k8s.io/${version}", "kind": "ExecCredential", "status": ${status}}
END
`;
const V1 = "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";
const V1BETA1 = "apiVersion: client.authentication.k8s.io/v1beta1";
const withPlugin = (exec: string, script: string, cluster = TRUSTED, more = "") => ({
  ...one(cluster, `exec: {${exec}}${more && `, ${more}`}`),
  "home/.kube/bin/login": script,
});
const TOKEN_STATUS = '{"token": "from-plugin"}';

const CLUSTER_A = `clusters: [{name: a, cluster: {${TRUSTED}}}]`;
const POD_ENV = { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "$HTTPS_PORT" };
const POD_FILES = { token: "pod-token\n", namespace: "pod-space\n", "ca.crt": "$PKI/ca.crt" };

export const SITUATIONS: readonly Situation[] = [
  // Which file, which entry.
  { name: "the default file", files: one(TRUSTED, TOKEN, "namespace: shop") },
  { name: "no file at all" },
  { name: "an empty file", files: { [CONFIG]: "" } },
  { name: "a file of comments", files: { [CONFIG]: "# nothing here\n" } },
  { name: "a file that is no YAML", files: { [CONFIG]: "clusters: [\n  name: {" } },
  { name: "a file of another kind", files: { [CONFIG]: "apiVersion: v1\nkind: Pod\n" } },
  { name: "a file of another apiVersion", files: { [CONFIG]: "apiVersion: v2\nkind: Config\n" } },
  {
    name: "a file without apiVersion and kind",
    files: {
      [CONFIG]: `current-context: x\n${CLUSTER_A}\nusers: [{name: u, user: {${TOKEN}}}]\ncontexts: [{name: x, context: {cluster: a, user: u}}]\n`,
    },
  },
  { name: "a token that YAML takes for a number", files: one(TRUSTED, "token: 12345") },
  { name: "a namespace that YAML 1.1 takes for a boolean", files: one(TRUSTED, TOKEN, "namespace: on") },
  { name: "a key given twice", files: one(`${TRUSTED}`, "token: first, token: second") },
  { name: "an unknown field", files: one(TRUSTED, `${TOKEN}, colour: green`) },
  {
    name: "fields that are null",
    files: one(`${TRUSTED}, proxy-url: null`, `${TOKEN}, exec: null`, "namespace: null"),
  },
  {
    name: "two documents in one file",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}---\ncurrent-context: other\n` },
  },
  {
    name: "a file in JSON",
    files: {
      [CONFIG]: `{"current-context":"d","clusters":[{"name":"c","cluster":{"server":"https://127.0.0.1:$HTTPS_PORT","certificate-authority-data":"$CA_DATA"}}],"users":[{"name":"u","user":{"token":"json"}}],"contexts":[{"name":"d","context":{"cluster":"c","user":"u"}}]}`,
    },
  },
  {
    name: "two entries of one name",
    files: {
      [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("users: [", "users: [{name: u, user: {token: other}}, "),
    },
  },
  { name: "base64 that is none", files: one(`${HTTPS}, certificate-authority-data: "###"`, TOKEN) },
  { name: "base64 without its padding", files: one(`${HTTPS}, certificate-authority-data: "YWI"`, TOKEN) },
  {
    name: "--kubeconfig",
    files: { ...one(TRUSTED, TOKEN), other: one(TRUSTED, "token: other")[CONFIG] ?? "" },
    flags: ["--kubeconfig=$DIR/other"],
  },
  {
    name: "--kubeconfig over KUBECONFIG",
    files: { ...one(TRUSTED, TOKEN), other: one(TRUSTED, "token: other")[CONFIG] ?? "" },
    env: { KUBECONFIG: "$DIR/home/.kube/config" },
    flags: ["--kubeconfig=$DIR/other"],
  },
  { name: "--kubeconfig of a file that is not there", files: one(TRUSTED, TOKEN), flags: ["--kubeconfig=$DIR/absent"] },
  { name: "KUBECONFIG of a file that is not there", files: one(TRUSTED, TOKEN), env: { KUBECONFIG: "$DIR/absent" } },
  { name: "KUBECONFIG of a folder", files: one(TRUSTED, TOKEN), env: { KUBECONFIG: "$DIR/home" } },
  {
    name: "a list: the first current-context and the first of each entry win",
    files: {
      a: `${CLUSTER_A}\nusers: [{name: u, user: {token: from-a}}]\n`,
      b: `current-context: two\nclusters: [{name: a, cluster: {server: "https://wrong.example.test", tls-server-name: wrong}}]\nusers: [{name: u, user: {token: from-b, as: somebody}}]\ncontexts: [{name: two, context: {cluster: a, user: u, namespace: from-b}}]\n`,
      c: `current-context: three\ncontexts: [{name: two, context: {cluster: a, user: u, namespace: from-c}}, {name: three, context: {cluster: a, user: u}}]\n`,
    },
    env: { KUBECONFIG: "$DIR/a:$DIR/absent::$DIR/b:$DIR/c:$DIR/b" },
  },
  {
    name: "a list with one malformed file",
    files: { ...one(TRUSTED, TOKEN), bad: "users: [[" },
    env: { KUBECONFIG: "$DIR/home/.kube/config:$DIR/bad" },
  },
  {
    name: "a list with relative paths from each file's folder",
    files: {
      "x/a": `current-context: k\nclusters: [{name: a, cluster: {${HTTPS}, certificate-authority: ../certs/ca.crt}}]\ncontexts: [{name: k, context: {cluster: a, user: u}}]\n`,
      "y/b": "users: [{name: u, user: {tokenFile: secret/token}}]\n",
      "y/secret/token": "from-y\n",
      "certs/ca.crt": "$PKI/ca.crt",
    },
    env: { KUBECONFIG: "$DIR/x/a:$DIR/y/b" },
  },
  // Contexts.
  {
    name: "--context",
    files: {
      [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace(
        "contexts: [",
        "contexts: [{name: prod, context: {cluster: c, user: u, namespace: live}}, ",
      ),
    },
    flags: ["--context=prod"],
  },
  { name: "--context that is not there", files: one(TRUSTED, TOKEN), flags: ["--context=prod"] },
  {
    name: "a current-context that is not there",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("current-context: dev", "current-context: gone") },
  },
  {
    name: "no current-context",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("current-context: dev\n", "") },
  },
  {
    name: "no current-context, --cluster and --user",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("current-context: dev\n", "") },
    flags: ["--cluster=c", "--user=u"],
  },
  {
    name: "a context whose cluster is not there",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("cluster: c,", "cluster: gone,") },
  },
  {
    name: "a context whose cluster is not there, --server",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("cluster: c,", "cluster: gone,") },
    flags: ["--server=https://127.0.0.1:$HTTPS_PORT", "--certificate-authority=$PKI/ca.crt"],
  },
  {
    name: "a context whose user is not there",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("user: u}", "user: gone}") },
  },
  {
    name: "a context whose user is not there, http",
    files: { [CONFIG]: `${one(PLAIN, TOKEN)[CONFIG]}`.replace("user: u}", "user: gone}") },
  },
  { name: "--cluster that is not there", files: one(TRUSTED, TOKEN), flags: ["--cluster=gone"] },
  { name: "--user that is not there", files: one(TRUSTED, TOKEN), flags: ["--user=gone"] },
  {
    name: "--user of another",
    files: {
      [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}`.replace("users: [", "users: [{name: admin, user: {token: root}}, "),
    },
    flags: ["--user=admin"],
  },
  { name: "a cluster without a server", files: one("certificate-authority-data: $CA_DATA", TOKEN) },
  { name: "an empty cluster", files: one("", TOKEN) },
  // Servers.
  { name: "an http server gets no credentials", files: one(PLAIN, `${TOKEN}, ${CERTIFICATE}`) },
  { name: "an http server gets the impersonation", files: one(PLAIN, TOKEN), flags: ["--as=jane", "--token=flag"] },
  { name: "a server without a scheme is http", files: one('server: "127.0.0.1:$HTTP_PORT"', TOKEN) },
  {
    name: "a server without a scheme is http also with a CA",
    files: one('server: "127.0.0.1:$HTTP_PORT", certificate-authority-data: $CA_DATA', TOKEN),
  },
  { name: "a server without a scheme, with a path", files: one('server: "127.0.0.1:$HTTP_PORT/k8s"', TOKEN) },
  { name: "a server of an unknown scheme", files: one('server: "ftp://127.0.0.1:$HTTP_PORT"', TOKEN) },
  {
    name: "a server below a path",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT/k8s/clusters/c-1", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server below a path with a slash and a query",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT/k8s/?a=b", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server with a query",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT?a=b", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server in capitals",
    files: one('server: "HTTPS://LOCALHOST:$HTTPS_PORT", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server with a login in its URL",
    files: one('server: "https://me:secret@127.0.0.1:$HTTPS_PORT", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "an http server with a login in its URL",
    files: one('server: "http://me:se%20cret@127.0.0.1:$HTTP_PORT"', TOKEN),
  },
  {
    name: "--server",
    files: one(
      'server: "https://wrong.example.test", tls-server-name: wrong.example.test, certificate-authority-data: $CA_DATA',
      TOKEN,
    ),
    flags: ["-s", "https://127.0.0.1:$HTTPS_PORT"],
  },
  {
    name: "--server and --tls-server-name",
    files: one('server: "https://wrong.example.test", certificate-authority-data: $CA_DATA', TOKEN),
    flags: ["--server=https://127.0.0.1:$HTTPS_PORT", "--tls-server-name=api.example.test"],
  },
  { name: "--server without a kubeconfig, http", flags: ["--server=http://127.0.0.1:$HTTP_PORT"] },
  {
    name: "--server without a kubeconfig, https and a token",
    flags: ["--server=https://127.0.0.1:$HTTPS_PORT", "--token=t", "--certificate-authority=$PKI/ca.crt"],
  },
  { name: "KUBERNETES_MASTER", env: { KUBERNETES_MASTER: "http://127.0.0.1:$HTTP_PORT" } },
  {
    name: "KUBERNETES_MASTER and a kubeconfig",
    files: one(TRUSTED, TOKEN),
    env: { KUBERNETES_MASTER: "http://127.0.0.1:$HTTP_PORT" },
  },
  { name: "disable-compression", files: one(`${TRUSTED}, disable-compression: true`, TOKEN) },
  { name: "--disable-compression", files: one(TRUSTED, TOKEN), flags: ["--disable-compression"] },
  {
    name: "--disable-compression=false",
    files: one(`${TRUSTED}, disable-compression: true`, TOKEN),
    flags: ["--disable-compression=false"],
  },
  {
    name: "proxy-url",
    files: one(
      'server: "https://api.example.test:6443", certificate-authority-data: $CA_DATA, proxy-url: "http://127.0.0.1:$PROXY_PORT"',
      TOKEN,
    ),
  },
  { name: "proxy-url of an unknown scheme", files: one(`${TRUSTED}, proxy-url: "ftp://127.0.0.1:$PROXY_PORT"`, TOKEN) },
  { name: "proxy-url without a scheme", files: one(`${TRUSTED}, proxy-url: "127.0.0.1:$PROXY_PORT"`, TOKEN) },
  // Trust.
  {
    name: "certificate-authority",
    files: { ...one(`${HTTPS}, certificate-authority: ca.crt`, TOKEN), "home/.kube/ca.crt": "$PKI/ca.crt" },
  },
  { name: "certificate-authority that is not there", files: one(`${HTTPS}, certificate-authority: absent.crt`, TOKEN) },
  {
    name: "certificate-authority and -data",
    files: { ...one(`${TRUSTED}, certificate-authority: ca.crt`, TOKEN), "home/.kube/ca.crt": "$PKI/other-ca.crt" },
  },
  {
    name: "certificate-authority-data that holds no certificate",
    files: one(`${HTTPS}, certificate-authority-data: $GARBAGE_DATA`, TOKEN),
  },
  {
    name: "certificate-authority that is empty",
    files: { ...one(`${HTTPS}, certificate-authority: ca.crt`, TOKEN), "home/.kube/ca.crt": "" },
  },
  { name: "a CA that did not sign", files: one(`${HTTPS}, certificate-authority-data: $OTHER_CA_DATA`, TOKEN) },
  { name: "no CA", files: one(HTTPS, TOKEN) },
  { name: "insecure-skip-tls-verify", files: one(`${HTTPS}, insecure-skip-tls-verify: true`, TOKEN) },
  { name: "insecure-skip-tls-verify with a CA", files: one(`${TRUSTED}, insecure-skip-tls-verify: true`, TOKEN) },
  {
    name: "insecure-skip-tls-verify with a CA, http",
    files: one(`${PLAIN}, certificate-authority-data: $CA_DATA, insecure-skip-tls-verify: true`, TOKEN),
  },
  {
    name: "--insecure-skip-tls-verify takes the file's CA away",
    files: one(`${HTTPS}, certificate-authority-data: $OTHER_CA_DATA`, TOKEN),
    flags: ["--insecure-skip-tls-verify"],
  },
  {
    name: "--insecure-skip-tls-verify=false",
    files: one(`${HTTPS}, insecure-skip-tls-verify: true`, TOKEN),
    flags: ["--insecure-skip-tls-verify=false"],
  },
  {
    name: "--insecure-skip-tls-verify and --certificate-authority",
    files: one(HTTPS, TOKEN),
    flags: ["--insecure-skip-tls-verify", "--certificate-authority=$PKI/ca.crt"],
  },
  {
    name: "--certificate-authority over insecure",
    files: one(`${HTTPS}, insecure-skip-tls-verify: true`, TOKEN),
    flags: ["--certificate-authority=$PKI/other-ca.crt"],
  },
  {
    name: "--certificate-authority over the file's data",
    files: one(`${HTTPS}, certificate-authority-data: $OTHER_CA_DATA`, TOKEN),
    flags: ["--certificate-authority=$PKI/ca.crt"],
  },
  { name: "tls-server-name", files: one(`${TRUSTED}, tls-server-name: api.example.test`, TOKEN) },
  {
    name: "tls-server-name that the certificate has not",
    files: one(`${TRUSTED}, tls-server-name: other.example.test`, TOKEN),
  },
  {
    name: "a host name is sent as SNI",
    files: one('server: "https://localhost:$HTTPS_PORT", certificate-authority-data: $CA_DATA', TOKEN),
  },
  // Who.
  { name: "no credentials at all", files: one(TRUSTED, "") },
  { name: "only a password", files: one(TRUSTED, "password: p") },
  { name: "only a user name", files: one(TRUSTED, "username: me") },
  { name: "user name and password", files: one(TRUSTED, "username: me, password: 'pä:ss'") },
  { name: "token and password", files: one(TRUSTED, `${TOKEN}, username: me, password: p`) },
  { name: "--username and --password", files: one(TRUSTED, CERTIFICATE), flags: ["--username=me", "--password=p"] },
  { name: "--username for a user with a token", files: one(TRUSTED, TOKEN), flags: ["--username=me", "--password=p"] },
  {
    name: "--token for a user with a password",
    files: one(TRUSTED, "username: me, password: p"),
    flags: ["--token=flag"],
  },
  { name: "--token over the file's", files: one(TRUSTED, TOKEN), flags: ["--token=flag"] },
  { name: "tokenFile", files: { ...one(TRUSTED, "tokenFile: token"), "home/.kube/token": " from-file \n" } },
  { name: "tokenFile that is not there", files: one(TRUSTED, "tokenFile: absent") },
  { name: "tokenFile that is empty", files: { ...one(TRUSTED, "tokenFile: token"), "home/.kube/token": "" } },
  {
    name: "token and tokenFile",
    files: { ...one(TRUSTED, `${TOKEN}, tokenFile: token`), "home/.kube/token": "from-file" },
  },
  { name: "token and a tokenFile that is not there", files: one(TRUSTED, `${TOKEN}, tokenFile: absent`) },
  {
    name: "--token and tokenFile",
    files: { ...one(TRUSTED, "tokenFile: token"), "home/.kube/token": "from-file" },
    flags: ["--token=flag"],
  },
  {
    name: "tokenFile and a password",
    files: { ...one(TRUSTED, "tokenFile: token, username: me, password: p"), "home/.kube/token": "from-file" },
  },
  { name: "a token with a line break", files: one(TRUSTED, 'token: "a\\nb"') },
  { name: "a token with a line break at its end", files: one(TRUSTED, 'token: "ab\\n"') },
  { name: "client certificate data", files: one(TRUSTED, CERTIFICATE) },
  {
    name: "client certificate files",
    files: {
      ...one(TRUSTED, "client-certificate: jane.crt, client-key: jane.key"),
      "home/.kube/jane.crt": "$PKI/jane.crt",
      "home/.kube/jane.key": "$PKI/jane.key",
    },
  },
  {
    name: "client certificate as file, key as data",
    files: {
      ...one(TRUSTED, "client-certificate: jane.crt, client-key-data: $JANE_KEY_DATA"),
      "home/.kube/jane.crt": "$PKI/jane.crt",
    },
  },
  {
    name: "client certificate as file and as data",
    files: { ...one(TRUSTED, `${CERTIFICATE}, client-certificate: jane.crt`), "home/.kube/jane.crt": "$PKI/jane.crt" },
  },
  {
    name: "client key as file and as data",
    files: { ...one(TRUSTED, `${CERTIFICATE}, client-key: jane.key`), "home/.kube/jane.key": "$PKI/jane.key" },
  },
  { name: "client certificate without a key", files: one(TRUSTED, "client-certificate-data: $JANE_CERT_DATA") },
  { name: "client key without a certificate", files: one(TRUSTED, "client-key-data: $JANE_KEY_DATA, token: sesame") },
  {
    name: "client certificate file that is not there",
    files: one(TRUSTED, "client-certificate: absent.crt, client-key-data: $JANE_KEY_DATA"),
  },
  {
    name: "client certificate file that is not there, http",
    files: one(PLAIN, "client-certificate: absent.crt, client-key-data: $JANE_KEY_DATA"),
  },
  {
    name: "client certificate of another key",
    files: one(TRUSTED, "client-certificate-data: $JOE_CERT_DATA, client-key-data: $JANE_KEY_DATA"),
  },
  {
    name: "client certificate that is none",
    files: one(TRUSTED, "client-certificate-data: $GARBAGE_DATA, client-key-data: $JANE_KEY_DATA"),
  },
  { name: "client certificate and token", files: one(TRUSTED, `${CERTIFICATE}, ${TOKEN}`) },
  {
    name: "--client-certificate and --client-key",
    files: one(TRUSTED, TOKEN),
    flags: ["--client-certificate=$PKI/jane.crt", "--client-key=$PKI/jane.key"],
  },
  {
    name: "--client-certificate and --client-key over data",
    files: one(TRUSTED, "client-certificate-data: $JOE_CERT_DATA, client-key-data: $JANE_KEY_DATA"),
    flags: ["--client-certificate=$PKI/jane.crt", "--client-key=$PKI/jane.key"],
  },
  {
    name: "--client-certificate over data, with the file's key",
    files: one(TRUSTED, "client-certificate-data: $JOE_CERT_DATA, client-key-data: $JANE_KEY_DATA"),
    flags: ["--client-certificate=$PKI/jane.crt"],
  },
  {
    name: "--client-certificate without a key",
    files: one(TRUSTED, TOKEN),
    flags: ["--client-certificate=$PKI/jane.crt"],
  },
  // As whom.
  {
    name: "as, as-uid, as-groups, as-user-extra",
    files: one(
      TRUSTED,
      `${TOKEN}, as: jane, as-uid: "7", as-groups: [dev, ops], as-user-extra: {scopes: [a, b], "acme.com/Project%x y": ["1"]}`,
    ),
  },
  {
    name: "--as, --as-uid, --as-group, --as-user-extra",
    files: one(TRUSTED, TOKEN),
    flags: [
      "--as=jane",
      "--as-uid=7",
      "--as-group=dev",
      "--as-group=ops",
      "--as-user-extra=scopes=a",
      "--as-user-extra=scopes=b=c",
    ],
  },
  {
    name: "--as over as, groups stay",
    files: one(TRUSTED, `${TOKEN}, as: jane, as-groups: [dev]`),
    flags: ["--as=joe"],
  },
  {
    name: "--as-group over as-groups",
    files: one(TRUSTED, `${TOKEN}, as: jane, as-groups: [dev, ops]`),
    flags: ["--as-group=qa"],
  },
  {
    name: "--as-user-extra beside as-user-extra",
    files: one(TRUSTED, `${TOKEN}, as: jane, as-user-extra: {a: ["1"], b: ["2"]}`),
    flags: ["--as-user-extra=b=3"],
  },
  { name: "--as-group without a user", files: one(TRUSTED, TOKEN), flags: ["--as-group=dev"] },
  { name: "--as-uid without a user", files: one(TRUSTED, TOKEN), flags: ["--as-uid=7"] },
  { name: "as-groups without a user, http", files: one(PLAIN, `${TOKEN}, as-groups: [dev]`) },
  { name: "--as of a name beyond ASCII", files: one(TRUSTED, TOKEN), flags: ["--as=jörg"] },
  // Plugins.
  {
    name: "exec v1 with cluster info",
    files: withPlugin(
      `command: ./bin/login, args: [get], env: [{name: STAGE, value: prod}], ${V1}, provideClusterInfo: true`,
      plugin(TOKEN_STATUS),
      `${TRUSTED}, tls-server-name: api.example.test, disable-compression: true, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: abc, n: null}}]`,
    ),
  },
  {
    name: "exec v1 with cluster info and no extension",
    files: withPlugin(`command: ./bin/login, ${V1}, provideClusterInfo: true`, plugin(TOKEN_STATUS)),
  },
  { name: "exec v1 without cluster info", files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS)) },
  {
    name: "exec v1beta1, no interactiveMode",
    files: withPlugin(
      `command: ./bin/login, ${V1BETA1}, provideClusterInfo: true`,
      plugin(TOKEN_STATUS, "v1beta1"),
      `${HTTPS}, insecure-skip-tls-verify: true`,
    ),
  },
  {
    name: "exec v1, no interactiveMode",
    files: withPlugin("command: ./bin/login, apiVersion: client.authentication.k8s.io/v1", plugin(TOKEN_STATUS)),
  },
  {
    name: "exec v1, interactiveMode Always",
    files: withPlugin(
      "command: ./bin/login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always",
      plugin(TOKEN_STATUS),
    ),
  },
  {
    name: "exec v1, interactiveMode Sometimes",
    files: withPlugin(
      "command: ./bin/login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Sometimes",
      plugin(TOKEN_STATUS),
    ),
  },
  {
    name: "exec v1alpha1",
    files: withPlugin(
      "command: ./bin/login, apiVersion: client.authentication.k8s.io/v1alpha1",
      plugin(TOKEN_STATUS, "v1alpha1"),
    ),
  },
  {
    name: "exec without apiVersion",
    files: withPlugin("command: ./bin/login, interactiveMode: Never", plugin(TOKEN_STATUS)),
  },
  { name: "exec without a command", files: withPlugin(V1, plugin(TOKEN_STATUS)) },
  {
    name: "exec that answers another version",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS, "v1beta1")),
  },
  {
    name: "exec that answers a certificate",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      `#!/bin/sh
pem() { awk '{printf "%s\\\\n", $0}' "$1"; }
cat <<END
{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"clientCertificateData": "$(pem $PKI/jane.crt)", "clientKeyData": "$(pem $PKI/jane.key)"}}
END
`,
    ),
  },
  {
    name: "exec that answers a certificate without a key",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin('{"clientCertificateData": "x"}')),
  },
  { name: "exec that answers nothing", files: withPlugin(`command: ./bin/login, ${V1}`, "#!/bin/sh\n") },
  { name: "exec that answers no status", files: withPlugin(`command: ./bin/login, ${V1}`, plugin("null")) },
  { name: "exec that answers an empty status", files: withPlugin(`command: ./bin/login, ${V1}`, plugin("{}")) },
  {
    name: "exec that answers YAML",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      "#!/bin/sh\nprintf 'apiVersion: client.authentication.k8s.io/v1\\nkind: ExecCredential\\nstatus:\\n  token: yaml\\n'\n",
    ),
  },
  {
    name: "exec that answers an expiry in the future",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      plugin('{"token": "later", "expirationTimestamp": "2125-01-02T03:04:05Z"}'),
    ),
  },
  {
    name: "exec that answers a malformed expiry",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin('{"token": "later", "expirationTimestamp": "soon"}')),
  },
  {
    name: "exec that fails",
    files: withPlugin(`command: ./bin/login, ${V1}`, "#!/bin/sh\necho please log in >&2\nexit 3\n"),
  },
  {
    name: "exec that is not there",
    files: one(TRUSTED, `exec: {command: no-such-login, ${V1}, installHint: "brew install it"}`),
  },
  {
    name: "exec found on PATH",
    files: {
      ...one(TRUSTED, `exec: {command: login, ${V1}, env: [{name: PATH, value: /nowhere}]}`),
      "home/bin/login":
        '#!/bin/sh\necho \'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "on-path"}}\'\n',
    },
  },
  {
    name: "exec is not run for a user with a token",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), TRUSTED, TOKEN),
  },
  {
    name: "exec is not run for a user with a certificate",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), TRUSTED, CERTIFICATE),
  },
  {
    name: "exec is not run for an http server",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), PLAIN),
  },
  {
    name: "exec and auth-provider",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), TRUSTED, "auth-provider: {name: oidc}"),
  },
  {
    name: "auth-provider oidc with a valid id-token",
    files: one(
      TRUSTED,
      'auth-provider: {name: oidc, config: {idp-issuer-url: "https://idp.example.test", client-id: me, id-token: e30.eyJleHAiOjQ4OTE0MDAwMDB9.x}}',
    ),
  },
  {
    name: "auth-provider oidc with an expired id-token and no refresh-token",
    files: one(
      TRUSTED,
      'auth-provider: {name: oidc, config: {idp-issuer-url: "https://idp.example.test", client-id: me, id-token: e30.eyJleHAiOjF9.x}}',
    ),
  },
  {
    name: "auth-provider oidc with an id-token that is none",
    files: one(
      TRUSTED,
      'auth-provider: {name: oidc, config: {idp-issuer-url: "https://idp.example.test", client-id: me, id-token: abc}}',
    ),
  },
  {
    name: "auth-provider oidc without an issuer",
    files: one(
      TRUSTED,
      "auth-provider: {name: oidc, config: {client-id: me, id-token: e30.eyJleHAiOjQ4OTE0MDAwMDB9.x}}",
    ),
  },
  {
    name: "auth-provider oidc without an issuer, with --token",
    files: one(TRUSTED, "auth-provider: {name: oidc, config: {client-id: me}}"),
    flags: ["--token=flag"],
  },
  {
    name: "auth-provider oidc and a client certificate",
    files: one(
      TRUSTED,
      `${CERTIFICATE}, auth-provider: {name: oidc, config: {idp-issuer-url: "https://idp.example.test", client-id: me, id-token: e30.eyJleHAiOjQ4OTE0MDAwMDB9.x}}`,
    ),
  },
  { name: "auth-provider gcp", files: one(TRUSTED, "auth-provider: {name: gcp}") },
  { name: "auth-provider azure", files: one(TRUSTED, "auth-provider: {name: azure}") },
  { name: "auth-provider of no name", files: one(TRUSTED, "auth-provider: {name: homegrown}") },
  // In a pod.
  { name: "in a pod without a kubeconfig", serviceAccount: POD_FILES, env: POD_ENV },
  { name: "in a pod with POD_NAMESPACE", serviceAccount: POD_FILES, env: { ...POD_ENV, POD_NAMESPACE: "other" } },
  { name: "in a pod with -n", serviceAccount: POD_FILES, env: POD_ENV, flags: ["-n", "shop"] },
  { name: "in a pod with a kubeconfig", serviceAccount: POD_FILES, env: POD_ENV, files: one(PLAIN, TOKEN) },
  {
    name: "in a pod with a kubeconfig whose namespace is default",
    serviceAccount: POD_FILES,
    env: POD_ENV,
    files: one(PLAIN, TOKEN, "namespace: default"),
  },
  { name: "in a pod with --token", serviceAccount: POD_FILES, env: POD_ENV, flags: ["--token=flag"] },
  {
    name: "in a pod with --certificate-authority",
    serviceAccount: POD_FILES,
    env: POD_ENV,
    flags: ["--certificate-authority=$PKI/other-ca.crt"],
  },
  { name: "in a pod with --as", serviceAccount: POD_FILES, env: POD_ENV, flags: ["--as=jane"] },
  { name: "in a pod with --request-timeout", serviceAccount: POD_FILES, env: POD_ENV, flags: ["--request-timeout=7s"] },
  {
    name: "in a pod with --insecure-skip-tls-verify",
    serviceAccount: { token: "pod-token", "ca.crt": "$PKI/other-ca.crt" },
    env: POD_ENV,
    flags: ["--insecure-skip-tls-verify"],
  },
  {
    name: "in a pod with --disable-compression",
    serviceAccount: POD_FILES,
    env: POD_ENV,
    flags: ["--disable-compression"],
  },
  { name: "in a pod whose CA is none", serviceAccount: { token: "pod-token", "ca.crt": "" }, env: POD_ENV },
  { name: "in a pod without a port", serviceAccount: POD_FILES, env: { KUBERNETES_SERVICE_HOST: "127.0.0.1" } },
  { name: "in a pod without a token", serviceAccount: { namespace: "pod-space" }, env: POD_ENV },

  // YAML as kubectl's parser takes it.
  ...[
    "2024-01-01",
    "0o17",
    "017",
    "1_000",
    "1e3",
    ".inf",
    "~",
    "0x1F",
    "12:30",
    "12:30:45",
    "y",
    "Y",
    "yes",
    "No",
    "off",
    "true",
    "1.5",
    "+1",
    "0b1",
    "=",
    "2024-01-01T10:00:00Z",
    "!!str 5",
    '"quoted"',
    "plain text",
  ].map((token) => ({ name: `a plain token ${token}`, files: one(TRUSTED, `token: ${token}`) })),
  ...["yes", "True", "y", '"true"', "1"].map((given) => ({
    name: `insecure-skip-tls-verify: ${given}`,
    files: one(`${HTTPS}, insecure-skip-tls-verify: ${given}`, TOKEN),
  })),
  {
    name: "anchors and merge keys",
    files: {
      [CONFIG]: `current-context: dev\nclusters: [{name: c, cluster: &base {${TRUSTED}}}, {name: d, cluster: {<<: *base, tls-server-name: api.example.test}}]\nusers: [{name: u, user: {${TOKEN}}}]\ncontexts: [{name: dev, context: {cluster: d, user: u}}]\n`,
    },
  },
  {
    name: "lines that end as on Windows",
    files: { [CONFIG]: (one(TRUSTED, TOKEN)[CONFIG] ?? "").replaceAll("\n", "\r\n") },
  },
  { name: "a byte order mark", files: { [CONFIG]: `\ufeff${one(TRUSTED, TOKEN)[CONFIG]}` } },
  { name: "a tab for indentation", files: { [CONFIG]: `current-context: dev\nclusters:\n\t- name: c\n` } },
  {
    name: "a name that is a number",
    files: { [CONFIG]: (one(TRUSTED, TOKEN)[CONFIG] ?? "").replace("{name: u,", "{name: 1,") },
  },
  {
    name: "lists that are null",
    files: { [CONFIG]: `${one(TRUSTED, TOKEN)[CONFIG]}extensions: null\npreferences: null\n` },
  },
  { name: "contexts that are a map", files: { [CONFIG]: "current-context: dev\ncontexts: {dev: {cluster: c}}\n" } },
  { name: "a document that is a list", files: { [CONFIG]: "- a\n- b\n" } },
  { name: "a document that is a word", files: { [CONFIG]: "hello\n" } },
  {
    name: "base64 over several lines",
    files: {
      [CONFIG]: `current-context: dev\nclusters:\n- name: c\n  cluster:\n    ${HTTPS}\n    certificate-authority-data: |\n      $CA_DATA\nusers: [{name: u, user: {${TOKEN}}}]\ncontexts: [{name: dev, context: {cluster: c, user: u}}]\n`,
    },
  },
  { name: "fields in another case", files: one(TRUSTED, "Token: sesame") },
  {
    name: "exec args that are numbers",
    files: withPlugin(`command: ./bin/login, args: [1], ${V1}`, plugin(TOKEN_STATUS)),
  },
  {
    name: "extensions that are odd",
    files: {
      [CONFIG]: `${one(`${TRUSTED}, extensions: [{name: a, extension: 5}, {name: b}]`, TOKEN)[CONFIG]}preferences: {colors: true}\n`,
    },
  },
  // Paths from where kubectl runs.
  {
    name: "a relative --kubeconfig",
    files: { other: one(TRUSTED, "token: other")[CONFIG] ?? "" },
    flags: ["--kubeconfig=other"],
  },
  {
    name: "a relative KUBECONFIG with relative paths",
    files: { "x/a": one(`${HTTPS}, certificate-authority: ca.crt`, TOKEN)[CONFIG] ?? "", "x/ca.crt": "$PKI/ca.crt" },
    env: { KUBECONFIG: "x/a" },
  },
  {
    name: "a relative --certificate-authority",
    files: { ...one(HTTPS, TOKEN), "ca.crt": "$PKI/ca.crt" },
    flags: ["--certificate-authority=ca.crt"],
  },
  {
    name: "a path that begins with a tilde",
    files: { ...one(`${HTTPS}, certificate-authority: ~/ca.crt`, TOKEN), "home/ca.crt": "$PKI/ca.crt" },
  },
  { name: "-n over the context's namespace", files: one(TRUSTED, TOKEN, "namespace: shop"), flags: ["-n", "live"] },
  { name: "an empty KUBECONFIG", files: one(TRUSTED, TOKEN), env: { KUBECONFIG: "" } },
  { name: "a KUBECONFIG of separators", files: one(TRUSTED, TOKEN), env: { KUBECONFIG: "::" } },
  // What must be sound although it is not used.
  {
    name: "exec v1alpha1 of a user with a token",
    files: withPlugin(
      "command: ./bin/login, apiVersion: client.authentication.k8s.io/v1alpha1",
      plugin(TOKEN_STATUS),
      TRUSTED,
      TOKEN,
    ),
  },
  {
    name: "exec v1 Always of a user with a token",
    files: withPlugin(
      "command: ./bin/login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always",
      plugin(TOKEN_STATUS),
      TRUSTED,
      TOKEN,
    ),
  },
  {
    name: "exec and tokenFile",
    files: {
      ...withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), TRUSTED, "tokenFile: token"),
      "home/.kube/token": "from-file",
    },
  },
  {
    name: "exec with a password alone",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin(TOKEN_STATUS), TRUSTED, "password: p"),
  },
  {
    name: "exec with provideClusterInfo and a proxy",
    files: withPlugin(
      `command: ./bin/login, ${V1}, provideClusterInfo: true`,
      plugin(TOKEN_STATUS),
      `${TRUSTED}, proxy-url: "http://127.0.0.1:$PROXY_PORT"`,
    ),
  },
  {
    name: "exec whose server has a query",
    files: withPlugin(
      `command: ./bin/login, ${V1}, provideClusterInfo: true`,
      plugin(TOKEN_STATUS),
      'server: "https://127.0.0.1:$HTTPS_PORT/k8s/?a=b", certificate-authority-data: $CA_DATA',
    ),
  },
  { name: "exec whose file may not be run", files: one(TRUSTED, `exec: {command: ./config, ${V1}}`) },
  {
    name: "exec of a path in an env variable",
    files: withPlugin(
      `command: ./bin/login, ${V1}, env: [{name: STAGE, value: a}, {name: STAGE, value: b}]`,
      plugin(TOKEN_STATUS),
    ),
  },
  {
    name: "exec with an env variable without a name",
    files: withPlugin(`command: ./bin/login, ${V1}, env: [{value: a}]`, plugin(TOKEN_STATUS)),
  },
  {
    name: "exec that answers with an extra field",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin('{"token": "t", "more": 1, "expirationTimestamp": null}')),
  },
  {
    name: "exec that answers a token with a line break",
    files: withPlugin(`command: ./bin/login, ${V1}`, plugin('{"token": "a\\nb"}')),
  },
  {
    name: "exec that answers another kind",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      '#!/bin/sh\necho \'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "Other", "status": {"token": "t"}}\'\n',
    ),
  },
  {
    name: "exec that answers an expiry in the past",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      plugin('{"token": "old", "expirationTimestamp": "2020-01-02T03:04:05Z"}'),
    ),
  },
  {
    name: "exec that answers an expiry without a zone",
    files: withPlugin(
      `command: ./bin/login, ${V1}`,
      plugin('{"token": "t", "expirationTimestamp": "2125-01-02T03:04:05"}'),
    ),
  },
  { name: "auth-provider gcp of a user with a token", files: one(TRUSTED, `${TOKEN}, auth-provider: {name: gcp}`) },
  { name: "auth-provider gcp for an http server", files: one(PLAIN, "auth-provider: {name: gcp}") },
  {
    name: "auth-provider oidc without client-id",
    files: one(TRUSTED, 'auth-provider: {name: oidc, config: {idp-issuer-url: "https://idp.example.test"}}'),
  },
  { name: "a name for impersonation with a line break", files: one(TRUSTED, `${TOKEN}, as: "a\\nb"`) },
  { name: "an IPv6 server", files: one('server: "http://[::1]:1"', TOKEN) },
  { name: "a server with spaces around it", files: one('server: " https://127.0.0.1:$HTTPS_PORT "', TOKEN) },
  {
    name: "a server with two slashes in its path",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT//a//b", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server with an escaped path",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT/a%20b/%2F", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server with dots in its path",
    files: one('server: "https://127.0.0.1:$HTTPS_PORT/a/../b", certificate-authority-data: $CA_DATA', TOKEN),
  },
  {
    name: "a server without a host",
    files: one('server: "https:///api", certificate-authority-data: $CA_DATA', TOKEN),
  },
  { name: "a server of slashes alone", files: one('server: "https://"', TOKEN) },
  { name: "a server with a broken port", files: one('server: "https://127.0.0.1:port"', TOKEN) },
  {
    name: "an http server with the default port left out",
    files: one('server: "http://127.0.0.1:$HTTP_PORT/"', TOKEN),
  },
];
