import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { refusalOf, tokenCookie } from "../../../../../dist/platform/server/gateway/access.js";

const request = (headers: Record<string, string>, url = "/"): IncomingMessage => ({ headers, url }) as IncomingMessage;
const open = { hosts: ["crowd.example"], origins: ["http://pages.example:8080"], token: undefined };

describe("access to the gateway", () => {
  it("is for requests that name this machine, an address, or the name it was given", () => {
    for (const host of ["127.0.0.1:3000", "localhost", "[::1]:3000", "192.168.1.7", "Crowd.example:3000"])
      assert.equal(refusalOf(request({ host }), open), undefined, host);
    for (const host of ["evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example:80"])
      assert.match(String(refusalOf(request({ host }), open)), /by an address of this machine/, host);
  });

  it("is for pages of its own and of the origins that are allowed", () => {
    const host = "127.0.0.1:3000";
    for (const origin of ["http://127.0.0.1:3000", "http://pages.example:8080"])
      assert.equal(refusalOf(request({ host, origin }), open), undefined, origin);
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1:3001", "https://pages.example:8080"])
      assert.equal(refusalOf(request({ host, origin }), open), "pages of other origins are not allowed", origin);
  });

  it("needs the token, wherever it is", () => {
    const access = { ...open, token: "s3cret/ä" };
    const host = "localhost:3000";
    const query = `/?worker_id=ann&token=${encodeURIComponent(access.token)}`;
    const cookie = tokenCookie(request({ host }, query), access);
    assert.match(String(cookie), /^gateway_token=\S+; Path=\/; HttpOnly; SameSite=Strict$/);
    const granted = [
      request({ host }, query),
      request({ host, cookie: `other=1; ${String(cookie).replace(/;.*/, "")}` }),
      request({ host, authorization: `Bearer ${access.token}` }),
    ];
    for (const each of granted) assert.equal(refusalOf(each, access), undefined);
    const refused = [
      request({ host }),
      request({ host }, "/?token=wrong"),
      request({ host, cookie: "gateway_token=%" }),
      request({ host, authorization: "Bearer " }),
    ];
    for (const each of refused) assert.equal(refusalOf(each, access), "the token is missing or wrong");
    assert.equal(tokenCookie(request({ host }, "/?token=wrong"), access), undefined);
  });
});
