import { expect, test } from "@jest/globals";
import { listeningIn } from "../../../src/rules/readiness/listening.ts";

/** First lines of servers in their default format. */
test.each([
  ["Server listening on http://0.0.0.0:3000", 3000, false],
  ["INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", 8000, true],
  ["[2026-01-01 10:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)", 8000, false],
  ["Tomcat started on port(s): 8080 (http) with context path ''", 8080, false],
  ["Tomcat started on port 8081 (http) with context path '/'", 8081, false],
  ["Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...", 8000, false],
  [" * Running on http://127.0.0.1:5000", 5000, true],
  ["2026/01/01 10:00:00 listening on :8080", 8080, false],
  ['{"level":"info","msg":"server started","addr":"localhost:9090"}', 9090, true],
  ["* Listening on http://[::]:3000", 3000, false],
])("%s", (line, port, isLoopback) => {
  expect(listeningIn(`booting\n${line}\n`)).toMatchObject([{ port, isLoopback }]);
});

test.each(["connecting to db:5432", "GET http://example.com:80/ 200", "job started at 12:45", "no port here"])(
  "%s names no port",
  (line) => {
    expect(listeningIn(line)).toEqual([]);
  },
);

test("the last word of a program comes first", () => {
  expect(listeningIn("listening on :80\nlistening on :81\nlistening on :80\n").map(({ port }) => port)).toEqual([
    80, 81,
  ]);
});
