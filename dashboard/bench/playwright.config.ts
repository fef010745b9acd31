import { defineConfig } from '@playwright/test'

import tests from '../e2e/playwright.config'

/** Measures; asserts nothing but that the page came. One thing at a time, the browser to itself. */
export default defineConfig({
  ...tests,
  testMatch: '*.bench.ts',
  reporter: 'line',
  outputDir: '../../build/dashboard/bench',
  workers: 1,
  retries: 0,
})
