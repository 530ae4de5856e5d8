// SPDX-License-Identifier: Apache-2.0
// A real nginx with the server below /boot/, as people put it in front: the whole suite runs behind it once more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Nginx {
  url: string;
  stop(): Promise<void>;
}

export async function startNginx(port: number): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'bootferry-nginx-'));
  const own = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr warn; events {}
     http {
       access_log off; ${temporary}
       server {
         listen 127.0.0.1:${own};
         client_max_body_size 0;
         location / { return 404; }
         location /boot/ {
           proxy_pass http://127.0.0.1:${port}/;
           proxy_http_version 1.1;
           proxy_set_header Host $http_host;
           proxy_set_header X-Forwarded-Prefix /boot;
           proxy_buffering off; proxy_request_buffering off;
           proxy_connect_timeout 2s;
         }
       }
     }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  const ended = once(child, 'exit');
  await untilItListens(own);
  return {
    url: `http://127.0.0.1:${own}/boot/`,
    stop: async () => {
      child.kill('SIGQUIT');
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilItListens(port: number): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not listen: is nginx-light installed?');
}
