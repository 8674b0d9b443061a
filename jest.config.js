// `unit` runs anywhere; `browser` needs Chromium; `lab` needs test hosts and is started by `npm test` inside the lab's
// namespaces.
const shared = {
  testEnvironment: "node",
  cacheDirectory: "<rootDir>/node_modules/.cache/jest",
  setupFiles: ["<rootDir>/test/property-seed.ts"],
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  moduleNameMapper: {
    "^cdkfw$": "<rootDir>/constructs/index.ts",
    "^cdkfw/testing$": "<rootDir>/testing/index.ts",
    "^cdkfw/cdktf$": "<rootDir>/constructs/cdktf/index.ts",
  },
};

module.exports = {
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/{test,examples}/**/*.test.ts"],
      testPathIgnorePatterns: ["\\.(lab|browser)\\.test\\.ts$"],
    },
    { ...shared, displayName: "browser", testMatch: ["<rootDir>/test/**/*.browser.test.ts"] },
    { ...shared, displayName: "lab", testMatch: ["<rootDir>/test/**/*.lab.test.ts"] },
  ],
};
