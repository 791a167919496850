export default {
  testEnvironment: "node",
  globalSetup: "<rootDir>/test/support/build.mjs",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/cluster/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": "<rootDir>/test/support/transform.mjs" },
};
