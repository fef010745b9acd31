import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite'

// The page in which objects are shown (preview.html). It is loaded in a frame without an origin of its own, so its
// scripts are classic ones: two IIFE bundles, of which the one for PDFs is only loaded for a PDF. Runs after the main
// build and adds to its dist/.

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

function iife(entry: string, name: string): InlineConfig {
  return {
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: path('dist'),
      emptyOutDir: false,
      target: 'es2022',
      sourcemap: false,
      copyPublicDir: false,
      modulePreload: false,
      chunkSizeWarningLimit: 2500,
      rollupOptions: {
        input: path(entry),
        // pdf.js asks where it was loaded from; nothing that is used here needs to know.
        checks: { emptyImportMeta: false },
        output: {
          format: 'iife',
          name: 'preview',
          entryFileNames: `assets/${name}-[hash].js`,
          assetFileNames: 'assets/[name]-[hash][extname]',
        },
      },
    },
  }
}

async function buildPdf(): Promise<string> {
  const output = await build(iife('src/features/preview/frame/pdf.ts', 'preview-pdf'))
  const chunk = 'output' in output ? output.output[0] : undefined
  if (chunk?.type !== 'chunk') throw new Error('the bundle for PDFs came out empty')
  return `/${chunk.fileName}`
}

function previewPage(pdf: string): Plugin {
  return {
    name: 'preview-page',
    async generateBundle(_, bundle) {
      const frame = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry)
      if (!frame) throw new Error('the bundle for previews came out empty')
      const source = await readFile(path('src/features/preview/frame/frame.css'), 'utf8')
      const style = this.emitFile({ type: 'asset', name: 'preview.css', source })
      const page = (await readFile(path('preview.html'), 'utf8'))
        .replace('%STYLE%', `/${this.getFileName(style)}`)
        .replace('%FRAME%', `/${frame.fileName}`)
        .replace('%PDF%', pdf)
      this.emitFile({ type: 'asset', fileName: 'preview.html', source: page })
    },
  }
}

export default defineConfig(async () => ({
  ...iife('src/features/preview/frame/frame.ts', 'preview'),
  plugins: [previewPage(await buildPdf())],
}))
