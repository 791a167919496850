import { describe, expect, test } from "@jest/globals";
import { tellingLine } from "../../../src/rules/container/telling-line.ts";

// What programs really print when they end: the forms are those of the runtimes and libraries named.
const rows: readonly [string, string, string][] = [
  [
    "Python 3.12",
    `Starting worker
Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    main()
    ~~~~^^
  File "/app/main.py", line 7, in main
    url = os.environ["DATABASE_URL"]
          ~~~~~~~~~~^^^^^^^^^^^^^^^^
  File "<frozen os>", line 714, in __getitem__
KeyError: 'DATABASE_URL'`,
    "KeyError: 'DATABASE_URL'",
  ],
  [
    "Python, chained",
    `Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/urllib3/connection.py", line 174, in _new_conn
    conn = connection.create_connection(
ConnectionRefusedError: [Errno 111] Connection refused

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    import_data()
requests.exceptions.ConnectionError: HTTPConnectionPool(host='api', port=80): Max retries exceeded with url: / (Caused by NewConnectionError('Connection refused'))`,
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='api', port=80): Max retries exceeded with url: / (Caused by NewConnectionError('Connection refused'))",
  ],
  [
    "Java 21",
    `2024-01-02 03:04:05.123  INFO 1 --- [main] com.acme.App : Starting App
Exception in thread "main" java.lang.RuntimeException: cannot start
\tat com.acme.App.main(App.java:12)
Caused by: java.net.UnknownHostException: orders-db
\tat java.base/java.net.InetAddress$CachedLookup.get(InetAddress.java:988)
\t... 12 more`,
    "java.net.UnknownHostException: orders-db",
  ],
  [
    "Java, division",
    `Exception in thread "main" java.lang.ArithmeticException: / by zero
\tat Calculator.divide(Calculator.java:8)
\tat Calculator.main(Calculator.java:4)`,
    'Exception in thread "main" java.lang.ArithmeticException: / by zero',
  ],
  [
    "Node 20, an error nobody caught",
    `server starting
node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

Error: connect ECONNREFUSED 10.96.7.1:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  syscall: 'connect',
  address: '10.96.7.1',
  port: 5432
}

Node.js v20.11.0`,
    "Error: connect ECONNREFUSED 10.96.7.1:5432",
  ],
  [
    "Node, a module",
    `node:internal/modules/cjs/loader:1147
  throw err;
  ^

Error: Cannot find module 'express'
Require stack:
- /app/server.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1144:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/server.js' ]
}

Node.js v20.11.0`,
    "Error: Cannot find module 'express'",
  ],
  [
    "npm around it",
    `> shop@1.0.0 start
> node server.js

Error: environment variable DB_HOST is required
    at Object.<anonymous> (/app/server.js:4:9)
npm ERR! code ELIFECYCLE
npm ERR! errno 1
npm ERR! A complete log of this run can be found in: /root/.npm/_logs/x.log`,
    "Error: environment variable DB_HOST is required",
  ],
  [
    "Node out of memory",
    `<--- Last few GCs --->

[1:0x5]    20000 ms: Mark-sweep 250.1 (258.9) -> 249.9 (258.9) MB, 100.0 / 0.0 ms

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
 1: 0xb09c10 node::Abort() [node]
 2: 0xa1c193 node::FatalError(char const*, char const*) [node]`,
    "Reached heap limit Allocation failed - JavaScript heap out of memory",
  ],
  [
    "Go, panic",
    `2024/01/02 03:04:05 listening
panic: runtime error: integer divide by zero

goroutine 1 [running]:
main.main()
\t/app/main.go:9 +0x1d
exit status 2`,
    "panic: runtime error: integer divide by zero",
  ],
  [
    "Go, log.Fatal",
    `2024/01/02 03:04:05 connecting to db
2024/01/02 03:04:06 dial tcp: lookup db on 10.96.0.10:53: no such host`,
    "dial tcp: lookup db on 10.96.0.10:53: no such host",
  ],
  [
    "Go, klog",
    `I0102 03:04:05.000000       1 main.go:20] starting
F0102 03:04:05.100000       1 main.go:33] unable to load configuration: open /etc/app/config.yaml: no such file or directory`,
    "unable to load configuration: open /etc/app/config.yaml: no such file or directory",
  ],
  [
    "Go, zap",
    `{"level":"info","ts":1,"msg":"starting"}
{"level":"error","ts":2,"msg":"cannot connect","error":"dial tcp 10.0.0.1:6379: connect: connection refused","stacktrace":"main.main\\n\\t/app/main.go:3"}
{"level":"info","ts":3,"msg":"shutting down"}`,
    "cannot connect: dial tcp 10.0.0.1:6379: connect: connection refused",
  ],
  [
    "Go, logrus",
    `time="2024-01-02T03:04:05Z" level=info msg="starting"
time="2024-01-02T03:04:05Z" level=fatal msg="failed to listen" error="listen tcp :8080: bind: address already in use"`,
    "failed to listen: listen tcp :8080: bind: address already in use",
  ],
  [
    "Ruby",
    `/usr/local/lib/ruby/3.2.0/bundled_gems.rb:74:in 'Kernel.require': cannot load such file -- sinatra (LoadError)
\tfrom /app/app.rb:1:in '<main>'`,
    "/usr/local/lib/ruby/3.2.0/bundled_gems.rb:74:in 'Kernel.require': cannot load such file -- sinatra (LoadError)",
  ],
  [
    "PHP",
    `PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /var/www/index.php:3
Stack trace:
#0 /var/www/index.php(3): PDO->__construct()
#1 {main}
  thrown in /var/www/index.php on line 3`,
    "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /var/www/index.php:3",
  ],
  [
    ".NET 8",
    `info: Microsoft.Hosting.Lifetime[0]
      Now listening
Unhandled exception. System.InvalidOperationException: cannot start
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.Connect()
   --- End of inner exception stack trace ---
   at Program.Main()`,
    "System.Net.Sockets.SocketException (111): Connection refused",
  ],
  [
    "Rust 1.80",
    `thread 'main' panicked at src/main.rs:4:37:
called \`Option::unwrap()\` on a \`None\` value
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    "panicked: called `Option::unwrap()` on a `None` value",
  ],
  [
    "Rust 1.70",
    `thread 'main' panicked at 'attempt to divide by zero', src/main.rs:4:5
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    "thread 'main' panicked at 'attempt to divide by zero', src/main.rs:4:5",
  ],
  [
    "Rust, main returns an error",
    'Error: Os { code: 2, kind: NotFound, message: "No such file or directory" }',
    'Error: Os { code: 2, kind: NotFound, message: "No such file or directory" }',
  ],
  ["busybox sh", "sh: syntax error: unterminated quoted string", "sh: syntax error: unterminated quoted string"],
  [
    "dash",
    "starting\nsh: 1: Syntax error: Unterminated quoted string",
    "sh: 1: Syntax error: Unterminated quoted string",
  ],
  ["bash", "bash: line 1: serve: command not found", "bash: line 1: serve: command not found"],
  [
    "nginx",
    `/docker-entrypoint.sh: Configuration complete; ready for start up
2024/01/02 03:04:05 [emerg] 1#1: host not found in upstream "api" in /etc/nginx/conf.d/default.conf:4
nginx: [emerg] host not found in upstream "api" in /etc/nginx/conf.d/default.conf:4`,
    'nginx: [emerg] host not found in upstream "api" in /etc/nginx/conf.d/default.conf:4',
  ],
  [
    "postgres",
    `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".`,
    "Error: Database is uninitialized and superuser password is not specified.",
  ],
  [
    "postgres, a permission",
    `2024-01-02 03:04:05.000 UTC [1] LOG:  starting PostgreSQL 16
2024-01-02 03:04:05.010 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership
2024-01-02 03:04:05.011 UTC [1] HINT:  The server must be started by the user that owns the data directory.`,
    'data directory "/var/lib/postgresql/data" has wrong ownership',
  ],
  [
    "Python logging",
    "2024-01-02 03:04:05,000 - app - INFO - up\n2024-01-02 03:04:05,001 - app - CRITICAL - no licence file\n2024-01-02 03:04:05,002 - app - INFO - bye",
    "app - CRITICAL - no licence file",
  ],
  [
    "klog, where the end follows from an error above it",
    `I0304 11:58:50.123456       1 leaderelection.go:250] attempting to acquire leader lease shop/ctrl...
E0304 11:58:59.123456       1 leaderelection.go:330] error retrieving resource lock shop/ctrl: leases is forbidden
F0304 11:59:00.123456       1 main.go:100] leaderelection lost`,
    "error retrieving resource lock shop/ctrl: leases is forbidden",
  ],
  [
    "MySQL 8, whose last word is that it ends",
    `2026-03-04T11:58:59.000000Z 0 [ERROR] [MY-013236] [Server] The designated data directory /var/lib/mysql/ is unusable.
2026-03-04T11:58:59.000000Z 0 [ERROR] [MY-010119] [Server] Aborting`,
    "The designated data directory /var/lib/mysql/ is unusable.",
  ],
  [
    "Elasticsearch 8",
    `ERROR: [1] bootstrap checks failed. You must address the points described in the following [1] lines before starting Elasticsearch.
bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]
ERROR: Elasticsearch did not exit normally - check the logs at /usr/share/elasticsearch/logs/docker-cluster.log`,
    "bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]",
  ],
  ["colours", "\u001b[31mERROR\u001b[0m cannot open /data/config.json", "cannot open /data/config.json"],
  [
    "a plain complaint among plain lines",
    "starting\nfatal: cannot open /data/config.json\nexiting",
    "cannot open /data/config.json",
  ],
  [
    "an early error that was survived, then a fatal one",
    "ERROR cache is cold\nall good\nFATAL: licence expired",
    "licence expired",
  ],
];

describe("the line that says why a program ended", () => {
  test.each(rows)("%s", (_what, log, words) => {
    expect(tellingLine(log.split("\n"))?.words).toBe(words);
    expect(tellingLine(log.split("\n"))?.weight).toBe("severe");
  });

  test("are the last words where nothing looks like an error", () => {
    expect(tellingLine(["starting", "listening on :8080", ""])).toEqual({
      words: "listening on :8080",
      index: 1,
      weight: "plain",
    });
    expect(tellingLine(["", "  "])).toBeUndefined();
  });

  test("is found in the end of a long log, by its own number", () => {
    const lines = [
      ...Array.from({ length: 3000 }, (_, index) => `line ${index}`),
      "panic: boom",
      "",
      "goroutine 1 [running]:",
    ];
    expect(tellingLine(lines)).toMatchObject({ words: "panic: boom", index: 3000 });
  });
});
