import { describe, expect, test } from "@jest/globals";
import { serviceNameOf } from "../../src/objects/service.ts";
import { hostInCommand, hostInValue } from "../../src/text/unreached-host.ts";

describe("the Service that a host name would lead to", () => {
  test.each([
    ["db", { name: "db", namespace: "shop", form: "likely" }],
    ["db.data", { name: "db", namespace: "data", form: "maybe" }],
    ["db.data.svc", { name: "db", namespace: "data", form: "certain" }],
    ["db.data.svc.cluster.local", { name: "db", namespace: "data", form: "certain" }],
    ["db.data.svc.cluster.local.", { name: "db", namespace: "data", form: "certain" }],
    ["db-0.db.data.svc.cluster.local", { name: "db", namespace: "data", form: "certain" }],
    ["api.example.com", undefined],
    ["10.96.7.1", undefined],
    ["::1", undefined],
    ["localhost", undefined],
    ["my_db", undefined],
  ])("%s", (host, expected) => expect(serviceNameOf(host, "shop")).toEqual(expected));
});

describe("the host in a command or a value", () => {
  test.each([
    ["until nslookup db; do sleep 2; done", { host: "db" }],
    ["until nc -z -w 2 db 5432; do sleep 2; done", { host: "db", port: 5432 }],
    ["while ! pg_isready -h db; do sleep 1; done", { host: "db" }],
    ["wait-for-it.sh db:5432 -- app", { host: "db", port: 5432 }],
    ["wget -q http://db:8080/ready", { host: "db", port: 8080 }],
    ["sleep 1000", undefined],
  ])("%s", (command, expected) => expect(hostInCommand(command)).toEqual(expected));

  test.each([
    ["postgres://shop:secret@db:5432/shop", { host: "db", port: 5432 }],
    ["jdbc:postgresql://db.data.svc/shop", { host: "db.data.svc" }],
    ["db:5432", { host: "db", port: 5432 }],
    ["db.data", { host: "db.data" }],
    ["", undefined],
    ["a b c", undefined],
  ])("%s", (content, expected) => expect(hostInValue(content)).toEqual(expected));
});
