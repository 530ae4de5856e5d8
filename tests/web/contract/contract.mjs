// SPDX-License-Identifier: Apache-2.0
// The API against its own OpenAPI document: every operation is asked with good and with made-up input on a real server, and
// each answer must be one that the document tells. Run by tests/e2e/test_api_contract.py, which starts the server and sets
// BOOTFERRY_URL, BOOTFERRY_TOKEN and BOOTFERRY_SECONDS. Prints what failed; exit status 1 if anything did.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';

const base = process.env.BOOTFERRY_URL;
const token = process.env.BOOTFERRY_TOKEN;
const seconds = Number(process.env.BOOTFERRY_SECONDS ?? 60);
const seed = Number(process.env.BOOTFERRY_SEED ?? Date.now() % 2 ** 31);

const document = await (await fetch(`${base}/api/v1/openapi.json`)).json();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ ...document, $id: 'openapi' });

const failures = [];
const fail = (what, why) => {
  if (failures.length < 30) failures.push(`${what}: ${why}`);
};

/** Of "#/components/...": the thing itself. */
function follow(value) {
  if (value?.$ref === undefined) return value;
  return value.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

const validators = new Map();
function validatorOf(pointer) {
  if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: `openapi#${pointer}` }));
  return validators.get(pointer);
}
const escaped = (part) => part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** What fits the schema, now and then a little wrong. */
function arbitraryOf(schema, depth = 0) {
  const whole = follow(schema);
  if (depth > 6) return fc.constant(null);
  if (whole.const !== undefined) return fc.constant(whole.const);
  if (whole.enum !== undefined) return fc.constantFrom(...whole.enum);
  if (whole.oneOf !== undefined) return fc.oneof(...whole.oneOf.map((one) => arbitraryOf(one, depth + 1)));
  const type = Array.isArray(whole.type) ? whole.type[0] : whole.type;
  let made;
  if (type === 'array') made = fc.array(arbitraryOf(whole.items, depth + 1), { maxLength: 5 });
  else if (type === 'integer') made = fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.maxSafeInteger());
  else if (type === 'boolean') made = fc.boolean();
  else if (type === 'object') {
    const properties = Object.entries(whole.properties ?? {}).map(([key, value]) => [key, arbitraryOf(value, depth + 1)]);
    made = fc.record(Object.fromEntries(properties), { requiredKeys: whole.required ?? [] });
  } else made = fc.oneof(fc.constantFrom('dos', 'pc1', '52:54:00:e2:e0:01', '10.99.0.50', 'lab', '/etc/passwd', '{{x}}', '../x'), fc.string({ maxLength: 80 }));
  return Array.isArray(whole.type) && whole.type.includes('null') ? fc.oneof(made, fc.constant(null)) : made;
}

const bodyOf = (schema) =>
  fc.oneof(
    { weight: 6, arbitrary: arbitraryOf(schema).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.nat(200).map((deep) => '['.repeat(deep * 100)) },
  );

const names = ['dos', '52:54:00:e2:e0:01', '1', '7', 'lab', 'san', 'floppy', 'alice', 'nothing-here', '%2e%2e', '%00', 'a%2fb', 'x'.repeat(300), '-1', '99999999999999999999'];

async function ask(method, path, headers, body) {
  return fetch(base + path, {
    method: method.toUpperCase(),
    headers: { Authorization: `Bearer ${token}`, ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
}

/** Is the answer one that the operation tells? */
async function judge({ path, method, operation }, response, what) {
  const status = String(response.status);
  if (response.status >= 500 && ![501, 503, 507].includes(response.status)) fail(what, `answered ${status}: ${(await response.text()).slice(0, 200)}`);
  const told = operation.responses[status] !== undefined ? status : `${status[0]}XX`;
  if (operation.responses[told] === undefined) return fail(what, `answered ${status}, which is not told`);
  const content = follow(operation.responses[told]).content ?? {};
  const type = (response.headers.get('content-type') ?? '').split(';')[0];
  if (type === 'text/event-stream') return response.body.cancel();
  const text = await response.text();
  if (Object.keys(content).length === 0) return text === '' ? undefined : fail(what, `has a body that is not told: ${text.slice(0, 80)}`);
  if (!type.endsWith('json')) return undefined;
  if (content[type] === undefined) return fail(what, `answered ${type}, which is not told`);
  const problem = told.endsWith('XX');
  const pointer = problem
    ? '/components/responses/Problem/content/application~1problem+json/schema'
    : `/paths/${escaped(path)}/${method}/responses/${told}/content/${escaped(type)}/schema`;
  const validate = validatorOf(pointer);
  if (!validate(JSON.parse(text))) fail(what, `${ajv.errorsText(validate.errors).slice(0, 300)} in ${text.slice(0, 300)}`);
  return undefined;
}

const filled = (path, pick) => path.replaceAll(/\{[^}]+\}/g, pick);
// These would lock the fuzzer out, or wait for the network.
const leftOut = new Set(['post /api/v1/network/servers/probe', 'post /api/v1/check', 'get /api/v1/diagnostics', 'get /api/v1/media/{kind}', 'post /api/v1/first-visit']);
const usable = operations.filter(({ path, method }) => !leftOut.has(`${method} ${path}`));

// 1. What is there, read as it is.
let unchanged = 0;
const known = { mac: '52:54:00:e2:e0:01', name: 'dos', id: '1', image: 'dos', number: '1', kind: 'floppy' };
for (const one of usable.filter(({ method }) => method === 'get')) {
  const named = one.path.replace('/groups/{name}', '/groups/lab').replace('/templates/{name}', '/templates/san').replace('/users/{name}', '/users/alice');
  const path = named.replaceAll(/\{([^}]+)\}/g, (_, key) => known[key]);
  const answer = await ask('get', path);
  const tag = answer.headers.get('etag');
  const { status } = answer;
  await judge(one, answer, `GET ${path}`);
  // A reader that knows it already is told so; what changes by itself may have changed meanwhile.
  if (status !== 200 || one.operation.responses['304'] === undefined) continue;
  if (tag === null) fail(`GET ${path}`, 'has no ETag, and one is told');
  const again = await ask('get', path, { 'If-None-Match': tag ?? '' });
  if (![200, 304].includes(again.status)) fail(`GET ${path}`, `answered ${again.status} to If-None-Match`);
  if (again.status === 304) ++unchanged;
  await again.body?.cancel();
}
if (unchanged < 20) fail('If-None-Match', `only ${unchanged} reads were unchanged`);

/** The items of all pages, one by one, as the Link headers lead to them. */
async function walkPages(start) {
  const items = [];
  for (let path = `${start}?limit=1`, pages = 0; path !== undefined && pages < 50; ++pages) {
    const response = await ask('get', path, {});
    items.push(...Object.values(await response.json())[0]);
    path = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return items;
}

// 2. Lists that have pages: page by page they hold what they hold at once. Those of what happens grow meanwhile.
const growing = new Set(['/api/v1/events', '/api/v1/audit', '/api/v1/boots']);
for (const { path, operation } of usable.filter((one) => one.method === 'get' && one.operation.parameters.some(({ name }) => name === 'after'))) {
  if (growing.has(path)) continue;
  const whole = Object.values(await (await ask('get', path, {})).json())[0];
  const walked = await walkPages(path);
  const names = (items) => JSON.stringify(items.map(({ id, mac, name, address, image, mode }) => [id, mac, name, address, image, mode]));
  if (names(walked) !== names(whole)) fail(`GET ${path}`, `has ${whole.length} items, and ${walked.length} page by page`);
  if (operation.responses['200'].headers?.Link === undefined) fail(`GET ${path}`, 'has pages, but no Link header is told');
}

// 3. Made-up input, until the time is over.
const until = Date.now() + seconds * 1000;
let asked = 0;
const picks = fc.sample(fc.constantFrom(...names), { numRuns: 2000, seed });
for (let round = 0; Date.now() < until; ++round) {
  for (const one of usable) {
    if (Date.now() >= until) break;
    const path = filled(one.path, () => picks[asked % picks.length]);
    const query = asked % 5 === 0 ? '?limit=0&mac=%zz&x=1' : asked % 7 === 0 ? '?limit=3' : '';
    const content = one.operation.requestBody?.content;
    let body;
    if (content !== undefined && asked % 11 !== 0) {
      const [type, { schema }] = Object.entries(content)[0];
      body = type === 'application/json' ? fc.sample(bodyOf(schema), { numRuns: 1, seed: seed + asked })[0] : 'bytes';
    }
    const headers = content === undefined ? {} : { 'Content-Type': Object.keys(content)[0] };
    ++asked;
    try {
      await judge(one, await ask(one.method, path + query, headers, body), `${one.method.toUpperCase()} ${path}${query} ${String(body).slice(0, 160)}`);
    } catch (error) {
      fail(`${one.method.toUpperCase()} ${path}${query}`, String(error.cause ?? error));
    }
  }
}
console.log(`${operations.length} operations, ${asked} made-up requests, seed ${seed}, ${failures.length} failures`);
for (const failure of failures) console.log(`  ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
