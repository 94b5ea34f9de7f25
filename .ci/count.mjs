/**
 * Adds up JSON reports of the test runner. Names the tests that passed only at the second try,
 * then prints `N passed, N failed, N skipped`. A missing report, and a test file that cannot be
 * loaded, count as one failure each.
 */

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

let passed = 0;
let failed = 0;
let skipped = 0;
const retried = [];
for (const path of process.argv.slice(2)) {
  for (const { name, status, assertionResults } of reportIn(path)) {
    const count = (wanted) => assertionResults.filter(({ status }) => status === wanted).length;
    const isUnloadable = status === 'failed' && count('failed') === 0;
    passed += count('passed');
    failed += count('failed') + (isUnloadable ? 1 : 0);
    skipped += assertionResults.length - count('passed') - count('failed');
    for (const test of assertionResults) {
      if (!neededSecondTry(test)) continue;
      const titles = [...test.ancestorTitles, test.title].filter((title) => title !== '');
      retried.push(`  ${relative('.', name)}: ${titles.join(' > ')}`);
    }
  }
}
if (retried.length > 0) {
  console.log([`${retried.length} passed only at the second try:`, ...retried].join('\n'));
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** A test that passes at the second try keeps the error of the first. */
function neededSecondTry({ status, failureMessages }) {
  return status === 'passed' && failureMessages.length > 0;
}

function reportIn(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch (error) {
    console.error(`the test runner wrote no report: ${error.message}`);
    return [{ name: path, status: 'failed', assertionResults: [] }];
  }
}
