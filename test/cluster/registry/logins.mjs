// The logins of this test. What they may pull: token-service.mjs.
export const SHOP = { username: "puller", password: "correct-horse" };
/** Known to the token service, with no right to what is private. */
export const GUEST = { username: "guest", password: "battery-staple" };
export const WRONG = { username: "puller", password: "wrong-horse" };
/** For hostile.test, which takes every password: nobody else may ever see it. */
export const HOSTILE = { username: "puller", password: "only-for-hostile-test" };
