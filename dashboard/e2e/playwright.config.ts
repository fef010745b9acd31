import { defineConfig } from '@playwright/test'

/** Debian's Chromium, which must not look for Google's hosts. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../build/dashboard/e2e',
  reporter: [['./reporter.ts']],
  workers: Number(process.env.COFFER_E2E_WORKERS ?? 2),
  fullyParallel: false,
  timeout: 90_000,
  // A browser on a busy machine is slow at times; what passes at the second try is said to.
  retries: 1,
  expect: { timeout: 20_000 },
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
