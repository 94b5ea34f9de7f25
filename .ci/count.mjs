/**
 * Sums up reports of the test runner: `N passed, N failed`. A report that is missing, or a file of
 * tests that could not be loaded, counts as one failure.
 */

import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  const { numPassedTests, numFailedTests, testResults } = read(path);
  const unloaded = testResults.filter((file) => file.status === 'failed' && !ran(file)).length;
  passed += numPassedTests;
  failed += numFailedTests + unloaded;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function ran({ assertionResults }) {
  return assertionResults.some(({ status }) => status === 'failed');
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    console.error(`no report of the test runner: ${error.message}`);
    return { numPassedTests: 0, numFailedTests: 1, testResults: [] };
  }
}
