import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { tsconfigPaths: true },
  build: {
    // The server's Content-Security-Policy allows files of its own only, so small ones are not inlined either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    sourcemap: false,
    rolldownOptions: {
      input: ['index.html'],
      output: {
        codeSplitting: {
          // What changes only when a package does stays in browsers' caches when the dashboard changes.
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'tanstack', test: /node_modules\/@tanstack\/(?!react-virtual|virtual-core)/ },
            // A browser asks for six files at a time, and a slow line waits for each: what most pages use is one.
            { name: 'shared', minShareCount: 6, maxModuleSize: 20_000 },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/client/v4': { target: 'http://127.0.0.1:9001', changeOrigin: false } },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
})
