import { describe, expect, test } from "@jest/globals";
import { causeOf, type LogCause } from "../../../src/rules/container/log-cause.ts";

const rows: readonly [string, Partial<LogCause> | undefined][] = [
  ["Error: environment variable DB_HOST is required", { kind: "variable-missing", variable: "DB_HOST" }],
  ["Environment variable DEPLOY_ENV is undefined", { kind: "variable-missing", variable: "DEPLOY_ENV" }],
  ["KeyError: 'DATABASE_URL'", { kind: "variable-missing", variable: "DATABASE_URL" }],
  ["Missing required environment variable: API_KEY", { kind: "variable-missing", variable: "API_KEY" }],
  ["required key DB_HOST missing value", { kind: "variable-missing", variable: "DB_HOST" }],
  ['env: required environment variable "PORT" is not set', { kind: "variable-missing", variable: "PORT" }],
  ["sh: DB_HOST: parameter not set", { kind: "variable-missing", variable: "DB_HOST" }],
  ["bash: line 1: DB_HOST: unbound variable", { kind: "variable-missing", variable: "DB_HOST" }],
  ["Could not resolve placeholder 'db.host' in value \"…\"", { kind: "variable-missing", variable: "db.host" }],
  [
    "(RuntimeError) environment variable DATABASE_URL is missing.",
    { kind: "variable-missing", variable: "DATABASE_URL" },
  ],
  [
    "You must specify POSTGRES_PASSWORD to a non-empty value for the",
    { kind: "variable-missing", variable: "POSTGRES_PASSWORD" },
  ],
  ["SECRET_KEY_BASE must be set", { kind: "variable-missing", variable: "SECRET_KEY_BASE" }],
  ["HTTP header is missing", undefined],
  ["Invalid value for env var named KURED_METRICS_PORT", { kind: "variable-invalid", variable: "KURED_METRICS_PORT" }],
  [
    "envconfig.Process: assigning APP_PORT to Port: converting 'tcp://10.0.0.1:80' to type int",
    { kind: "variable-invalid", variable: "APP_PORT" },
  ],
  ["Error: getaddrinfo ENOTFOUND orders-db", { kind: "unknown-host", host: "orders-db", answer: "no-such-name" }],
  ["Error: getaddrinfo EAI_AGAIN redis.cache.svc", { kind: "unknown-host", host: "redis.cache.svc", answer: "none" }],
  [
    "dial tcp: lookup db on 10.96.0.10:53: read udp 10.1.2.3:40000->10.96.0.10:53: i/o timeout",
    { kind: "unknown-host", host: "db", answer: "none" },
  ],
  ["dial tcp: lookup db on 10.96.0.10:53: no such host", { kind: "unknown-host", host: "db" }],
  ["java.net.UnknownHostException: orders-db", { kind: "unknown-host", host: "orders-db" }],
  ['could not translate host name "db" to address: Name or service not known', { kind: "unknown-host", host: "db" }],
  [
    'nginx: [emerg] host not found in upstream "api" in /etc/nginx/conf.d/default.conf:4',
    { kind: "unknown-host", host: "api" },
  ],
  ["wget: bad address 'db:5432'", { kind: "unknown-host", host: "db", port: 5432 }],
  [
    "** server can't find db.shop.svc.cluster.local: NXDOMAIN",
    { kind: "unknown-host", host: "db.shop.svc.cluster.local" },
  ],
  [
    "Error: connect ECONNREFUSED 10.96.7.1:5432",
    { kind: "unreachable", how: "refused", host: "10.96.7.1", port: 5432 },
  ],
  ["connect EHOSTUNREACH 10.105.4.10:5432", { kind: "unreachable", how: "no-route", host: "10.105.4.10", port: 5432 }],
  [
    "dial tcp 10.0.0.1:6379: connect: connection refused",
    { kind: "unreachable", how: "refused", host: "10.0.0.1", port: 6379 },
  ],
  ["dial tcp 10.0.0.1:6379: i/o timeout", { kind: "unreachable", how: "timeout", host: "10.0.0.1", port: 6379 }],
  [
    'connection to server at "db" (10.1.2.3), port 5432 failed: Connection refused',
    { kind: "unreachable", how: "refused", host: "db", port: 5432 },
  ],
  [
    "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct",
    { kind: "unreachable", how: "refused", host: "db", port: 5432 },
  ],
  [
    "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'mysql' (111)\")",
    { kind: "unreachable", how: "refused", host: "mysql" },
  ],
  [
    "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
    { kind: "unreachable", how: "refused", host: "redis", port: 6379 },
  ],
  [
    "All host(s) tried for db query failed (tried: prod-db:3333) - no available connection",
    { kind: "unreachable", how: "timeout", host: "prod-db", port: 3333 },
  ],
  ['FATAL:  password authentication failed for user "shop"', { kind: "login-failed", user: "shop" }],
  [
    'pods is forbidden: User "system:serviceaccount:ops:bot" cannot list resource "pods" in API group "" at the cluster scope',
    { kind: "forbidden", user: "system:serviceaccount:ops:bot", verb: "list", resource: "pods" },
  ],
  [
    'deployments.apps "x" is forbidden: User "system:serviceaccount:ops:bot" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
    { kind: "forbidden", namespace: "shop", group: "apps" },
  ],
  ["x509: certificate signed by unknown authority", { kind: "certificate", what: "unknown-authority" }],
  [
    "sun.security.validator.ValidatorException: PKIX path building failed",
    { kind: "certificate", what: "unknown-authority" },
  ],
  [
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
    { kind: "certificate", what: "expired" },
  ],
  [
    "x509: certificate is valid for a.example, *.a.example, not b.example",
    { kind: "certificate", what: "name", asked: "b.example", names: ["a.example", "*.a.example"] },
  ],
  ["listen tcp :8080: bind: address already in use", { kind: "address-in-use", port: 8080 }],
  ["Error: listen EADDRINUSE: address already in use :::3000", { kind: "address-in-use", port: 3000 }],
  ["nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)", { kind: "privileged-port", port: 80 }],
  ["listen tcp :80: bind: permission denied", { kind: "privileged-port", port: 80 }],
  ["open /data/x.db: permission denied", { kind: "permission", path: "/data/x.db" }],
  ["Error: EACCES: permission denied, mkdir '/data/uploads'", { kind: "permission", path: "/data/uploads" }],
  ["PermissionError: [Errno 13] Permission denied: '/var/log/app'", { kind: "permission", path: "/var/log/app" }],
  [
    'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)',
    { kind: "permission", path: "/var/cache/nginx/client_temp" },
  ],
  ["chown: /opt/sonarqube/conf: Read-only file system", { kind: "read-only", path: "/opt/sonarqube/conf" }],
  ["write /data/wal: no space left on device", { kind: "no-space", path: "/data/wal" }],
  // What is to be made: not the name is missing, but the folder that it should be in. Go, nginx, Node.js, Ruby, PHP, .NET.
  ["mkdir /var/lib/ledger: no such file or directory", { kind: "folder-missing", folder: "/var/lib" }],
  [
    "failed to open log: mkdir /var/log/app/audit: no such file or directory",
    { kind: "folder-missing", folder: "/var/log/app", wanted: "/var/log/app/audit" },
  ],
  [
    'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (2: No such file or directory)',
    { kind: "folder-missing", folder: "/var/cache/nginx" },
  ],
  [
    "Error: ENOENT: no such file or directory, mkdir '/data/uploads/2026'",
    { kind: "folder-missing", folder: "/data/uploads" },
  ],
  [
    "No such file or directory @ dir_s_mkdir - /srv/app/tmp (Errno::ENOENT)",
    { kind: "folder-missing", folder: "/srv/app" },
  ],
  [
    "System.IO.DirectoryNotFoundException: Could not find a part of the path '/data/keys/key.xml'.",
    { kind: "folder-missing", folder: "/data/keys" },
  ],
  [
    "PHP Warning:  file_put_contents(/var/www/cache/x.php): Failed to open stream: No such file or directory in /a.php on line 3",
    { kind: "folder-missing", folder: "/var/www/cache" },
  ],
  // coreutils, busybox and shells.
  [
    "mkdir: cannot create directory ‘/var/lib/ledger’: No such file or directory",
    { kind: "folder-missing", folder: "/var/lib" },
  ],
  [
    "mkdir: can't create directory '/var/lib/ledger': No such file or directory",
    { kind: "folder-missing", folder: "/var/lib" },
  ],
  ["touch: cannot touch '/run/app/ready': No such file or directory", { kind: "folder-missing", folder: "/run/app" }],
  ["touch: /run/app/ready: No such file or directory", { kind: "folder-missing", folder: "/run/app" }],
  ["sh: can't create /data/out.txt: nonexistent directory", { kind: "folder-missing", folder: "/data" }],
  ["sh: 1: cannot create /data/out.txt: Directory nonexistent", { kind: "folder-missing", folder: "/data" }],
  ["tee: /data/log/out: No such file or directory", { kind: "folder-missing", folder: "/data/log" }],
  [
    'FATAL:  could not create lock file "/var/run/postgresql/.s.PGSQL.5432.lock": No such file or directory',
    { kind: "folder-missing", folder: "/var/run/postgresql" },
  ],
  // To be read, or either: then the name itself is what is known to be missing.
  ["open /etc/app/config.yml: no such file or directory", { kind: "file-missing", path: "/etc/app/config.yml" }],
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/etc/app/settings.ini'",
    { kind: "file-missing", path: "/etc/app/settings.ini" },
  ],
  ["mkdir /ledger: no such file or directory", { kind: "file-missing", path: "/ledger" }],
  ["mkdir /data/x: permission denied", { kind: "permission", path: "/data/x" }],
  ["mkdir: can't create directory '/data/x': Read-only file system", { kind: "read-only", path: "/data/x" }],
  [
    "Error: ENOSPC: System limit for number of file watchers reached, watch '/app'",
    { kind: "node-limit", what: "file-watches" },
  ],
  ["accept tcp [::]:8080: accept4: too many open files", { kind: "node-limit", what: "open-files" }],
  ["sh: can't fork: Resource temporarily unavailable", { kind: "node-limit", what: "processes" }],
  ['npm error Missing script: "start"', { kind: "module-missing", module: "start", sort: "script" }],
  ["no main manifest attribute, in /app.jar", { kind: "module-missing", module: "/app.jar", sort: "main-class" }],
  ["java.lang.OutOfMemoryError: Java heap space", { kind: "heap", runtime: "java" }],
  [
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    { kind: "heap", runtime: "node" },
  ],
  ["fatal error: runtime: out of memory", { kind: "heap", runtime: "go" }],
  ["exec /usr/local/bin/webhook: exec format error", { kind: "exec-format", program: "/usr/local/bin/webhook" }],
  ["standard_init_linux.go:228: exec user process caused: exec format error", { kind: "exec-format" }],
  ["exec /entrypoint.sh: no such file or directory", { kind: "no-interpreter", program: "/entrypoint.sh" }],
  ["env: 'bash\\r': No such file or directory", { kind: "no-interpreter", program: "bash" }],
  [
    "sh: syntax error: unterminated quoted string",
    { kind: "shell-syntax", what: "syntax error: unterminated quoted string" },
  ],
  ["sh: 1: Syntax error: Unterminated quoted string", { kind: "shell-syntax" }],
  ["bash: -c: line 1: unexpected EOF while looking for matching `\"'", { kind: "shell-syntax" }],
  ["bash: line 1: serve: command not found", { kind: "command-not-found", program: "serve" }],
  ["/bin/sh: 1: gunicorn: not found", { kind: "command-not-found", program: "gunicorn" }],
  ["sh: /opt/run: Permission denied", { kind: "not-executable", program: "/opt/run" }],
  ["Error: Cannot find module 'express'", { kind: "module-missing", module: "express" }],
  ["ModuleNotFoundError: No module named 'flask'", { kind: "module-missing", module: "flask" }],
  ["Error: Unable to access jarfile /app.jar", { kind: "module-missing", module: "/app.jar" }],
  [
    "/app/x: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory",
    { kind: "library-missing", library: "libssl.so.1.1" },
  ],
  [
    "/app/server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/server)",
    { kind: "library-old", version: "GLIBC_2.34" },
  ],
  [
    "bootstrap check failure [1] of [2]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]",
    { kind: "sysctl-low", sysctl: "vm.max_map_count", least: "262144" },
  ],
  [
    'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty',
    { kind: "folder-not-empty", folder: "/var/lib/postgresql/data" },
  ],
  [
    "The designated data directory /var/lib/mysql/ is unusable. You can remove all files that the server added to it.",
    { kind: "folder-not-empty", folder: "/var/lib/mysql" },
  ],
  ["fatal: cannot open /data/config.json", { kind: "file-missing", path: "/data/config.json" }],
  [
    "Error: ENOENT: no such file or directory, open '/etc/app/config.yml'",
    { kind: "file-missing", path: "/etc/app/config.yml" },
  ],
  [
    "python: can't open file '/app/main.py': [Errno 2] No such file or directory",
    { kind: "file-missing", path: "/app/main.py" },
  ],
  ["unknown flag: --metrics-addr", { kind: "bad-argument", argument: "--metrics-addr" }],
  ["flag provided but not defined: -foo", { kind: "bad-argument", argument: "-foo" }],
  ["error: unrecognized arguments: --verbos", { kind: "bad-argument", argument: "--verbos" }],
  ["ZeroDivisionError: division by zero", { kind: "division-by-zero" }],
  ['Exception in thread "main" java.lang.ArithmeticException: / by zero', { kind: "division-by-zero" }],
  ["panic: runtime error: integer divide by zero", { kind: "division-by-zero" }],
  ["ZeroDivisionError: integer division or modulo by zero", { kind: "division-by-zero" }],
  ["/app/report.sh: line 4: divide by zero", { kind: "division-by-zero" }],
  ['./report.sh: line 4: 7 / n: division by 0 (error token is "n")', { kind: "division-by-zero" }],
  ["awk: cmd. line:1: Division by zero", { kind: "division-by-zero" }],
  ["Illegal modulus zero at /app/report.pl line 3.", { kind: "division-by-zero" }],
  ["attempt to calculate the remainder with a divisor of zero", { kind: "division-by-zero" }],
  ["Floating point exception (core dumped)", { kind: "division-by-zero" }],
  ["report.py:3: RuntimeWarning: divide by zero encountered in divide", undefined],
  ["SyntaxError: Unexpected token } in JSON at position 4", { kind: "bad-syntax" }],
  ["yaml: line 3: mapping values are not allowed in this context", { kind: "bad-syntax" }],
  // What looks alike, and says nothing of it.
  ["listening on 0.0.0.0:8080", undefined],
  ["NullPointerException at startup", undefined],
  ["order 12 refused: card is expired", undefined],
  ["migration 12 failed", undefined],
  ["panic: boom", undefined],
];

describe("what a line says is wrong", () => {
  test.each(rows)("%s", (words, expected) => {
    const cause = causeOf(words);
    if (expected) expect(cause).toMatchObject(expected);
    else expect(cause).toBeUndefined();
  });
});
