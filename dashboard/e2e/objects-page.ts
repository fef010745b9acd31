import { type Download, expect, type Locator, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'

import type { Server } from './server'

/** What a person does on a bucket's page of objects. */
export class ObjectsPage {
  constructor(
    private readonly page: Page,
    private readonly server: Server,
  ) {}

  async open(bucket: string, search: Record<string, string> = {}, jurisdiction = 'default'): Promise<void> {
    const query = new URLSearchParams(search).toString()
    const path = `/${this.server.accountId}/r2/buckets/${jurisdiction}/${bucket}/objects`
    await this.page.goto(query ? `${path}?${query}` : path)
    // Hidden from readers where the address opens a dialog.
    await expect(this.page.getByRole('heading', { level: 1, includeHidden: true })).toContainText(bucket)
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Objects' })
  }
  /** The row of a name as it is shown in the folder that is open. */
  row(name: string): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('checkbox', { name: `Select ${name}`, exact: true }) })
  }
  async choose(name: string, item: string | RegExp): Promise<void> {
    await this.row(name).getByRole('button', { name: `Actions for ${name}`, exact: true }).click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }
  async select(...names: string[]): Promise<void> {
    for (const name of names) await this.row(name).getByRole('checkbox').click()
  }
  get details(): Locator {
    return this.page.getByRole('dialog')
  }
  async openDetails(name: string): Promise<Locator> {
    await this.row(name).getByRole('link').click()
    await expect(this.details.getByRole('heading', { level: 2 }).first()).toBeVisible()
    return this.details
  }
  /** As the menu does it: Upload, Files…, and the browser's own dialog. */
  async upload(...files: (string | { name: string; mimeType: string; buffer: Buffer })[]): Promise<void> {
    await this.page.getByRole('button', { name: 'Upload' }).first().click()
    const asked = this.page.waitForEvent('filechooser')
    await this.page.getByRole('menuitem', { name: /^Files/ }).click()
    const chooser = await asked
    // The overloads take paths or files, not both.
    const paths = files.filter((file) => typeof file === 'string')
    const contents = files.filter((file) => typeof file !== 'string')
    await chooser.setFiles(paths.length > 0 ? paths : contents)
  }
  get uploads(): Locator {
    return this.page.getByRole('region', { name: /upload/i })
  }
}

export async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path())
}
