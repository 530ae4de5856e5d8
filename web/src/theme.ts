// SPDX-License-Identifier: Apache-2.0
// Calm colours: one blue of the sea for what can be done, greys for all else. Text keeps WCAG AA contrast in both schemes.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e8f4fa', '#d3e6f0', '#a6cce0', '#76b1d0', '#4e9ac2', '#358cba', '#2684b7', '#1672a2', '#0b6a94', '#005b83',
];

const slate: MantineColorsTuple = [
  '#d3dae0', '#bcc5cd', '#97a2ac', '#6d7983', '#3a444d', '#2f3840', '#262e35', '#1d2328', '#15191d', '#101316',
];

export const theme = createTheme({
  colors: { sea, dark: slate },
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  headings: { fontWeight: '600' },
  components: {
    Modal: { defaultProps: { overlayProps: { backgroundOpacity: 0.45 } }, styles: { title: { fontWeight: 600, lineHeight: 1.35 } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f8f9',
    '--mantine-color-dimmed': '#586069',
    '--mantine-color-default-border': '#dde2e6',
    '--mantine-color-error': '#c92a2a',
    '--bf-surface': '#ffffff',
    '--bf-accent-text': '#0b6a94',
    '--bf-good': '#1f8a4c',
    '--bf-busy': '#b26a00',
    '--bf-quiet': '#98a2ab',
    '--bf-bad': '#c92a2a',
    '--bf-new': '#eef6fb',
    '--bf-danger': '#c92a2a',
    '--bf-track': '#e6ebee',
    '--bf-busy-text': '#8a5200',
  },
  dark: {
    '--mantine-color-body': '#15191d',
    '--mantine-color-dimmed': '#a3adb6',
    '--mantine-color-default-border': '#323a41',
    '--mantine-color-error': '#ff8787',
    '--bf-surface': '#1d2328',
    '--bf-accent-text': '#76b9dc',
    '--bf-good': '#4cc27d',
    '--bf-busy': '#f0a63c',
    '--bf-quiet': '#66717b',
    '--bf-bad': '#ff7b7b',
    '--bf-new': '#1b2c37',
    '--bf-danger': '#c03434',
    '--bf-track': '#2c343b',
    '--bf-busy-text': '#f0a63c',
  },
});
