// SPDX-License-Identifier: Apache-2.0
// The unit tests read English.
import { i18n } from '@lingui/core';
import { messages as english } from './locales/en.po';

i18n.loadAndActivate({ locale: 'en', messages: english });
