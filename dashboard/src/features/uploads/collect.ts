/** A file and where it lies below what was dropped or chosen. */
export interface FoundFile {
  readonly file: File
  readonly path: string
}

/** Of an `<input type="file">`, with or without `webkitdirectory`. */
export function filesOfInput(files: Iterable<File>): FoundFile[] {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))
}

/**
 * All files of a drop, those in folders too. Entries have to be taken from the event at once, since
 * the list of items is empty after it; so call this before anything is awaited.
 */
export function filesOfDrop(transfer: DataTransfer): Promise<FoundFile[]> {
  const entries: FileSystemEntry[] = []
  const plain: FoundFile[] = []
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue
    const entry = item.webkitGetAsEntry()
    const file = entry ? null : item.getAsFile()
    if (entry) entries.push(entry)
    else if (file) plain.push({ file, path: file.name })
  }
  return walk(entries, plain)
}

async function walk(roots: readonly FileSystemEntry[], found: FoundFile[]): Promise<FoundFile[]> {
  const open = [...roots].reverse()
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (entry.isFile) {
      found.push({ file: await fileOf(entry as FileSystemFileEntry), path: trimSlash(entry.fullPath) })
    } else if (entry.isDirectory) {
      open.push(...(await childrenOf(entry as FileSystemDirectoryEntry)).reverse())
    }
  }
  return found
}

function trimSlash(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** Browsers hand out a directory in batches, and end with an empty one. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return all
    all.push(...batch)
  }
}
