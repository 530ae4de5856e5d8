// SPDX-License-Identifier: Apache-2.0
// English is in the source; src/locales/fr.po has the French. `npm run extract` brings new sentences into both catalogs.
import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'fr'],
  catalogs: [{ path: 'src/locales/{locale}', include: ['src'], exclude: ['**/*.test.ts'] }],
  format: formatter({ origins: false }),
});
