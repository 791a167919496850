export default {
  testEnvironment: "node",
  globalSetup: "<rootDir>/test/support/build.mjs",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/cluster/"],
  extensionsToTreatAsEsm: [".ts"],
  // Of two cores jest would use one.
  maxWorkers: "100%",
  // Many tests start programs, which take their time on a busy machine.
  testTimeout: 30_000,
  transform: { "\\.ts$": "<rootDir>/test/support/transform.mjs" },
};
