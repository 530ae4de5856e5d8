// SPDX-License-Identifier: Apache-2.0
// The tus 1.0.0 part of docs/api.md: what arrives is counted and hashed, not kept. The last byte makes an image.
import { createHash } from 'node:crypto';
import { Refusal } from './fake_refusal.mjs';

let nextId = 1;

export async function answerUpload(server, request, response, path) {
  const [, id] = path.split('/');
  if (request.method === 'POST') return create(server, request, response);
  const upload = server.uploads.get(id);
  if (upload === undefined) throw new Refusal(404, 'There is no such upload: it is done or was removed.');
  if (request.method === 'DELETE') {
    server.uploads.delete(id);
    return answer(response, 204, {});
  }
  if (request.method === 'PATCH') await receive(server, upload, request);
  answer(response, request.method === 'PATCH' ? 204 : 200, { 'Upload-Offset': upload.offset, 'Upload-Length': upload.length });
}

function create(server, request, response) {
  const fields = Object.fromEntries(
    (request.headers['upload-metadata'] ?? '').split(',').map((pair) => {
      const [key, value = ''] = pair.trim().split(' ');
      return [key, Buffer.from(value, 'base64').toString('utf8')];
    }),
  );
  if (server.images.has(fields.name)) throw new Refusal(409, `There is an image ${fields.name} already: choose another name.`);
  const upload = {
    id: `upload-${nextId++}`, image: fields.name, file_name: fields.filename ?? null, offset: 0,
    length: Number(request.headers['upload-length']), hash: createHash('sha256'),
  };
  server.uploads.set(upload.id, upload);
  // As a server that does not know of a proxy's path in front of it.
  answer(response, 201, { Location: `/api/v1/uploads/${upload.id}` });
}

async function receive(server, upload, request) {
  if (Number(request.headers['upload-offset']) !== upload.offset) throw new Refusal(409, `The upload is at ${upload.offset}.`);
  for await (const chunk of request) {
    upload.hash.update(chunk);
    upload.offset += chunk.length;
    if (server.cutUploadAt !== null && upload.offset >= server.cutUploadAt) {
      server.cutUploadAt = null;
      request.socket.destroy();
      throw new Refusal(500, 'The line was cut.');
    }
  }
  if (upload.offset !== upload.length) return;
  server.uploads.delete(upload.id);
  server.receivedSums.set(upload.image, upload.hash.digest('hex'));
  server.addImage(upload.image, upload.length, upload.length);
  server.publish('job-ended', null, `Image ${upload.image} was made of ${upload.file_name}`);
}

function answer(response, status, headers) {
  response.writeHead(status, { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store', ...headers });
  response.end();
}
