// SPDX-License-Identifier: Apache-2.0
// base './': every URL of the built page is relative, so that it also works below a proxy's path.
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the page with hot reload in front of a running server.
const server_under_development = process.env['BOOTFERRY_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './',
  // The macros of Lingui (t`...`, <Trans>) become look-ups in src/locales, whose .po files are compiled on import.
  plugins: [react(), lingui({ macroTransform: true })],
  server: { proxy: { '/api': { target: server_under_development, changeOrigin: true } } },
  worker: { format: 'es' },
  test: { setupFiles: ['src/speak_english.ts'] },
  build: {
    // A hidden fetch or a data: URL more would be a hole in the page's strict content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
});
