import { bytesOf, ObjectsPage } from './objects-page'
import { test } from './own-server'
import { expect } from './test'

test.use({ world: 'objects' })
test.describe.configure({ timeout: 120_000 })

const BUCKET = 'holiday-photos'

/** One red pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
)

/** A page with one line of text, with its cross-reference table. */
function smallPdf(): Buffer {
  const text = 'BT /F1 24 Tf 20 50 Td (Coffer) Tj ET'
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = file.length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(file)
}

/** 8,000 samples of 8 bits. */
function oneSecondOfSound(): Buffer {
  const samples = Buffer.from(Array.from({ length: 8000 }, (_, i) => 128 + Math.round(60 * Math.sin(i / 4))))
  const header = Buffer.alloc(44)
  header.write('RIFF')
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(8000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

test.beforeAll(async ({ server }) => {
  await server.createBucket(BUCKET)
  await server.putObject(BUCKET, 'hello.txt', 'hello')
  await server.putObject(BUCKET, 'italy/rome.txt', 'Rome')
  await server.putObject(BUCKET, 'italy/venice/canal.txt', 'canal')
  for (let i = 0; i < 30; i++) await server.putObject(BUCKET, `many/${String(i).padStart(2, '0')}.txt`, `number ${i}`)
  await server.putObject(BUCKET, 'views/pixel.png', PNG, 'image/png')
  await server.putObject(BUCKET, 'views/note.txt', 'a line\nanother line')
  await server.putObject(BUCKET, 'views/paper.pdf', smallPdf(), 'application/pdf')
  await server.putObject(BUCKET, 'views/clip.mp4', Buffer.alloc(4096, 1), 'video/mp4')
  await server.putObject(BUCKET, 'views/tone.wav', oneSecondOfSound(), 'audio/wav')
})

test('folders open and close, and one is made', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET)
  await expect(objects.row('hello.txt')).toContainText('5 B')
  await checkAccessibility()
  await objects.row('italy/').getByRole('link').click()
  await expect(objects.row('rome.txt')).toBeVisible()
  await objects.row('venice/').getByRole('link').click()
  await expect(objects.row('canal.txt')).toBeVisible()
  expect(new URL(page.url()).searchParams.get('prefix')).toBe('italy/venice/')
  const folders = page.getByRole('navigation', { name: 'Folders' })
  await folders.getByRole('link', { name: 'italy' }).click()
  await expect(objects.row('rome.txt')).toBeVisible()
  await page.goBack()
  await expect(objects.row('canal.txt')).toBeVisible()
  await folders.getByRole('link', { name: BUCKET }).click()

  await page.getByRole('button', { name: 'Create folder' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create folder' })
  await dialog.getByLabel('Name').fill('spain')
  await dialog.getByRole('button', { name: 'Create folder' }).click()
  await expect(dialog).toBeHidden()
  await objects.row('spain/').getByRole('link').click()
  await expect(page.getByText('There is nothing in this folder')).toBeVisible()
})

test('small files are uploaded into the folder that is open, and come back as they were', async ({ page, server, signIn }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { prefix: 'sent/' })
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7) % 256))
  await objects.upload(
    { name: 'bytes.bin', mimeType: 'application/octet-stream', buffer: bytes },
    { name: 'größe ✓.txt', mimeType: 'text/plain', buffer: Buffer.from('grüße') },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
  )
  await expect(objects.uploads.getByRole('heading', { name: '3 files uploaded' })).toBeVisible()
  await expect(objects.row('bytes.bin')).toContainText('4.1 KB')
  await expect(objects.row('größe ✓.txt')).toBeVisible()
  await expect(objects.row('empty.txt')).toContainText('0 B')
  await page.getByRole('button', { name: 'Close uploads' }).click()

  for (const [name, expected] of [['bytes.bin', bytes], ['größe ✓.txt', Buffer.from('grüße')]] as const) {
    const started = page.waitForEvent('download')
    await objects.choose(name, 'Download')
    const download = await started
    expect(download.suggestedFilename()).toBe(name)
    expect((await bytesOf(download)).equals(expected)).toBe(true)
  }
})

test('an object is renamed and copied, and what is there is not replaced unless asked', async ({ page, server, signIn }) => {
  const objects = new ObjectsPage(page, server)
  await server.putObject(BUCKET, 'drafts/draft.txt', 'draft')
  await server.putObject(BUCKET, 'drafts/there.txt', 'was there')
  await signIn()
  await objects.open(BUCKET, { prefix: 'drafts/' })
  await objects.choose('draft.txt', /^Rename/)
  let dialog = page.getByRole('dialog', { name: 'Rename draft.txt' })
  await dialog.getByLabel('New key').fill('drafts/final.txt')
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(objects.row('final.txt')).toBeVisible()
  await expect(objects.row('draft.txt')).toHaveCount(0)

  await objects.choose('final.txt', /^Copy/)
  dialog = page.getByRole('dialog', { name: 'Copy final.txt' })
  await dialog.getByLabel('New key').fill('drafts/there.txt')
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(dialog).toBeHidden()
  const path = server.account(`/r2/buckets/${BUCKET}/objects/drafts/there.txt`)
  expect(await (await server.api('GET', path)).text()).toBe('was there')

  await objects.choose('final.txt', /^Copy/)
  await dialog.getByLabel('New key').fill('drafts/there.txt')
  await dialog.getByRole('radio', { name: /replace/i }).check()
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(dialog).toBeHidden()
  expect(await (await server.api('GET', path)).text()).toBe('draft')
})

test('one object is deleted, then many with their progress, then a folder by its typed word', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { prefix: 'many/' })
  await objects.choose('00.txt', /^Delete/)
  let dialog = page.getByRole('dialog', { name: 'Delete 00.txt?' })
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect(dialog).toBeHidden()
  await expect(objects.row('00.txt')).toHaveCount(0)

  await objects.select('01.txt', '02.txt', '03.txt')
  await expect(page.getByText('3 selected').first()).toBeVisible()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  dialog = page.getByRole('dialog', { name: 'Delete 3 items?' })
  // Held back, so that the progress is seen.
  let go: () => void = () => undefined
  const held = new Promise<void>((resolve) => (go = resolve))
  await page.route('**/objects', async (route) => {
    if (route.request().method() === 'DELETE') await held
    await route.continue()
  })
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect(dialog.getByRole('progressbar', { name: 'Deleting' })).toBeVisible()
  await expect(dialog.getByText(/Deleting 0 objects of/)).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Stop' })).toBeVisible()
  await checkAccessibility()
  go()
  await expect(dialog).toBeHidden()
  await page.unroute('**/objects')
  await expect(page.getByText('Deleted 3 objects')).toBeVisible()
  await expect(objects.row('04.txt')).toBeVisible()
  await expect(objects.row('03.txt')).toHaveCount(0)

  await objects.open(BUCKET)
  await objects.choose('many/', /^Delete/)
  dialog = page.getByRole('dialog', { name: 'Delete many/?' })
  await expect(dialog.getByText('26 objects')).toBeVisible()
  const confirm = dialog.getByRole('button', { name: 'Delete' })
  await expect(confirm).toBeDisabled()
  await dialog.getByRole('textbox').fill('delete')
  await confirm.click()
  await expect(dialog).toBeHidden()
  await expect(objects.row('many/')).toHaveCount(0)
  await expect(objects.row('hello.txt')).toBeVisible()
})

test('metadata is shown, refused where it is wrong, and saved', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { object: 'hello.txt' })
  const metadata = objects.details.getByRole('region', { name: 'Metadata' })
  await expect(metadata).toContainText('text/plain')
  await metadata.getByRole('button', { name: 'Edit metadata' }).click()
  const form = objects.details.getByRole('form', { name: 'Edit metadata' })
  await form.getByLabel('Cache-Control').fill('max-age=60')
  await form.getByRole('button', { name: 'Add entry' }).click()
  await form.getByLabel('Name', { exact: true }).fill('Taken-By')
  await expect(form.getByText('Names are lower case.')).toBeVisible()
  await expect(form.getByRole('button', { name: 'Save metadata' })).toBeDisabled()
  await form.getByLabel('Name', { exact: true }).fill('taken-by')
  await form.getByLabel('Value of taken-by').fill('Ada')
  await checkAccessibility()
  await form.getByRole('button', { name: 'Save metadata' }).click()
  await expect(metadata).toContainText('max-age=60')
  await expect(metadata).toContainText('Ada')
  const answer = await server.api('GET', server.account(`/r2/buckets/${BUCKET}/metadata/hello.txt`))
  const { result } = (await answer.json()) as {
    result: { http_metadata: Record<string, string>; custom_metadata: Record<string, string> }
  }
  expect(result.http_metadata).toMatchObject({ contentType: 'text/plain', cacheControl: 'max-age=60' })
  expect(result.custom_metadata).toEqual({ 'taken-by': 'Ada' })
})

test('a share link is read without a cookie, until its token is revoked', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { prefix: 'views/' })
  await objects.choose('note.txt', /^Share link/)
  const dialog = page.getByRole('dialog', { name: 'Share note.txt' })
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const url = await dialog.getByText(/^https?:\/\//).innerText()
  const parent = (await dialog.getByText(/^[0-9a-f]{32}$/).innerText()).trim()
  await checkAccessibility()
  const opened = await fetch(url)
  expect(opened.status).toBe(200)
  expect(await opened.text()).toBe('a line\nanother line')
  // Nothing but this object.
  expect((await fetch(url.replace('note.txt', 'paper.pdf'))).status).toBe(403)
  await server.command('token', 'revoke', '--access-key', parent)
  expect((await fetch(url)).status).toBe(401)
})

test('images, texts and PDFs are previewed in a frame without an origin', async ({ page, server, signIn, checkAccessibility }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { prefix: 'views/' })
  const shown = async (name: string) => {
    await objects.openDetails(name)
    const frame = objects.details.locator(`iframe[title="Preview of views/${name}"]`)
    await expect(frame).toHaveAttribute('sandbox', 'allow-scripts')
    return frame.contentFrame()
  }
  const close = () => objects.details.getByRole('button', { name: 'Close details' }).click()

  const image = (await shown('pixel.png')).getByRole('img', { name: 'Preview of the object' })
  await expect(image).toBeVisible()
  expect(await image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1)
  await checkAccessibility()
  await close()
  await expect((await shown('note.txt')).getByText('another line')).toBeVisible()
  await close()
  await expect((await shown('paper.pdf')).getByRole('img', { name: 'Page 1 of 1' })).toBeVisible()
  await close()
})

test('videos and sounds play by ranges of an address with a ticket', async ({ page, server, signIn }) => {
  const objects = new ObjectsPage(page, server)
  await signIn()
  await objects.open(BUCKET, { prefix: 'views/' })
  const answered = page.waitForResponse((response) => response.url().includes('clip.mp4?ticket='))
  await objects.openDetails('clip.mp4')
  const response = await answered
  expect(response.status()).toBe(206)
  expect(response.headers()['content-range']).toMatch(/^bytes 0-.*\/4096$/)
  // The ticket is worth nothing without the cookie, nor with another address.
  expect((await fetch(response.url())).status).not.toBe(200)
  const other = await page.request.get(response.url().replace('clip.mp4', 'note.txt'), { headers: { 'Sec-Fetch-Site': 'same-origin' } })
  expect(other.ok()).toBe(false)

  await objects.details.getByRole('button', { name: 'Close details' }).click()
  await objects.openDetails('tone.wav')
  const player = objects.details.getByLabel('Preview of views/tone.wav')
  await expect.poll(() => player.evaluate((element) => (element as HTMLAudioElement).duration)).toBe(1)
})
