// SPDX-License-Identifier: Apache-2.0
// The page's language: what the person chose on this device, else the browser's, else English.
import { i18n } from '@lingui/core';
import { messages as english } from './locales/en.po';

export const languages = { en: 'English', fr: 'Français' } as const;
export type Language = keyof typeof languages;

const storageKey = 'bootferry-language';

export function isLanguage(text: string | null | undefined): text is Language {
  return text != null && Object.hasOwn(languages, text);
}

export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** Loads the catalog; whoever renders afterwards speaks the language. */
export async function speak(language: Language): Promise<void> {
  const messages = language === 'en' ? english : (await import('./locales/fr.po')).messages;
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
}
