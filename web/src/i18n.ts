// SPDX-License-Identifier: Apache-2.0
// The page's language: what the person chose on this device, else the browser's, else English.
import { i18n } from '@lingui/core';
import { messages as english } from './locales/en.po';
import { learnServerWords } from './shared/server_words';

export const languages = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof languages;

/** What the page says, and what the server says; English is in the sources. */
const catalogs = {
  fr: () => Promise.all([import('./locales/fr.po'), import('./locales/server.fr.po?raw')]),
};

const storageKey = 'bootferry-language';

export function isLanguage(text: string | null | undefined): text is Language {
  return text != null && Object.hasOwn(languages, text);
}

export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** Loads the catalogs of the page and of what the server says; whoever renders afterwards speaks the language. */
export async function speak(language: Language): Promise<void> {
  const [page, server] = language === 'en' ? [{ messages: english }, { default: null }] : await catalogs[language]();
  learnServerWords(server.default);
  i18n.loadAndActivate({ locale: language, messages: page.messages });
  document.documentElement.lang = language;
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
}
