import { Suspense, lazy } from 'react'
import { useUploadEngine, useUploads } from './uploads'

const UploadPanel = lazy(() => import('./UploadPanel').then(({ UploadPanel: component }) => ({ default: component })))

/** Where uploads are shown, on every page of a person who is signed in; nothing while there are none. */
export function UploadDock() {
  const engine = useUploadEngine()
  const uploads = useUploads(engine)
  if (uploads.length === 0) return null
  return (
    <Suspense fallback={null}>
      <UploadPanel engine={engine} uploads={uploads} />
    </Suspense>
  )
}
