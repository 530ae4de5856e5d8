// SPDX-License-Identifier: Apache-2.0
// The page's types out of the OpenAPI document's schemas. `make_types.mjs` writes them; `make_types.mjs --check` says whether
// they are as the document is, as tests/web/run does first. It is here and not in web/: openapi-typescript needs TypeScript 5.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const from = new URL('../../../services/http/openapi/schemas.json', import.meta.url);
const into = new URL('../../../web/src/api/openapi.ts', import.meta.url);

const schemas = JSON.parse(readFileSync(from, 'utf8'));
const document = { openapi: '3.1.0', info: { title: 'Bootferry', version: '1' }, paths: {}, components: { schemas } };
// Times are told as text; what a person gives may leave keys out that answers always have.
const types = astToString(await openapiTS(document, { silent: true, exportType: true, emptyObjectsUnknown: true }));
const made = [
  '// SPDX-License-Identifier: Apache-2.0',
  '// Generated from services/http/openapi/schemas.json by tests/web/types; do not edit.',
  types.slice(types.indexOf('export type components')).replace(/export type (\$defs|operations).*\n/g, '').trimEnd(),
  '',
].join('\n');

if (!process.argv.includes('--check')) {
  writeFileSync(into, made);
} else if (readFileSync(into, 'utf8') !== made) {
  console.error(`${fileURLToPath(into)} is not as the OpenAPI document is: run tests/web/types and commit what it changes.`);
  process.exit(1);
}
