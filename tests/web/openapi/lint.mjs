// SPDX-License-Identifier: Apache-2.0
// `lint.mjs URL`: what Redocly's strict rules say of an OpenAPI document, each with its place. Exit status 1 if anything. Run by
// tests/e2e/test_api_contract.py on the document that the server answers.
import { createConfig, lintFromString } from '@redocly/openapi-core';

const url = process.argv[2];
const source = await (await fetch(url)).text();
const problems = await lintFromString({ source, absoluteRef: url, config: await createConfig({ extends: ['recommended-strict'] }) });
for (const { ruleId, message, location } of problems) console.log(`${ruleId}: ${message} (${location[0]?.pointer ?? ''})`);
console.log(`${url}: ${problems.length} findings`);
process.exit(problems.length > 0 ? 1 : 0);
