import { UploadSimpleIcon } from '@phosphor-icons/react'
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { Name } from './Name'

interface Props {
  enabled: boolean
  folder: string
  onDrop: (transfer: DataTransfer) => void
  children: ReactNode
}

/** Takes files and folders dropped anywhere on the page of a folder. The buttons do the same without a mouse. */
export function DropZone({ enabled, folder, onDrop, children }: Props) {
  const [over, setOver] = useState(false)
  // Enter and leave come for each element inside; only their sum says whether the pointer is still here.
  const depth = useRef(0)
  const hasFiles = (event: DragEvent) => enabled && event.dataTransfer.types.includes('Files')
  const move = (event: DragEvent, step: 1 | -1) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + step)
    setOver(depth.current > 0)
  }
  return (
    <div
      className="relative flex flex-col gap-4"
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        depth.current = 0
        setOver(false)
        onDrop(event.dataTransfer)
      }}
    >
      {children}
      {over && (
        <div className="pointer-events-none absolute -inset-2 z-10 flex min-h-64 flex-col items-center justify-center gap-3 rounded-xl border-2 border-dashed border-kumo-brand bg-kumo-base/90 p-6 text-center">
          <UploadSimpleIcon aria-hidden size={40} className="text-kumo-link" />
          <p className="text-lg font-medium text-kumo-strong">
            Drop to upload into {folder === '' ? 'this bucket' : <Name text={folder} />}
          </p>
          <p className="text-kumo-subtle">Files and folders. Existing objects with the same key are replaced.</p>
        </div>
      )}
    </div>
  )
}
