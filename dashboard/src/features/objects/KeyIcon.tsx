import {
  FileArchiveIcon,
  FileAudioIcon,
  FileCodeIcon,
  FileIcon,
  FileImageIcon,
  FilePdfIcon,
  FileTextIcon,
  FileVideoIcon,
  type Icon,
} from '@phosphor-icons/react'
import { previewKind } from '../preview/kinds'

const code = /\.(c|cc|cpp|css|go|h|html?|java|js|json|jsx|mjs|py|rb|rs|sh|sql|toml|ts|tsx|xml|ya?ml)$/i
const archive = /\.(7z|bz2|gz|rar|tar|tgz|xz|zip|zst)$/i

function iconOf(name: string): Icon {
  if (archive.test(name)) return FileArchiveIcon
  if (code.test(name)) return FileCodeIcon
  switch (previewKind(undefined, name)) {
    case 'image':
      return FileImageIcon
    case 'video':
      return FileVideoIcon
    case 'audio':
      return FileAudioIcon
    case 'pdf':
      return FilePdfIcon
    case 'text':
      return FileTextIcon
    case 'none':
      return FileIcon
  }
}

/** By the name alone: lists carry no types. */
export function KeyIcon({ name, size = 20 }: { name: string; size?: number }) {
  const Shape = iconOf(name)
  return <Shape aria-hidden size={size} className="shrink-0 text-kumo-subtle" />
}
