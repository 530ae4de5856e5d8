// SPDX-License-Identifier: Apache-2.0
// node merge_junit.mjs INTO FILES...: one JUnit report out of several. A missing one stays out: its runner's exit code told.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const [into, ...files] = process.argv.slice(2);
const suites = files.filter((file) => existsSync(file)).map((file) => {
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text.replace(/<\?xml[^>]*>/, '').replace(/<\/?testsuites[^>]*>/g, '').trim();
});
writeFileSync(into, `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`);
