import type { BucketRef } from './bucket-ref'
import { CopyDialog } from './CopyDialog'
import { CreateFolderDialog } from './CreateFolderDialog'
import { DeleteDialog } from './DeleteDialog'
import type { Target } from './jobs'
import { RenameDialog } from './RenameDialog'
import { ShareDialog } from './ShareDialog'

export type OpenDialog =
  | { kind: 'folder' }
  | { kind: 'delete' | 'copy'; target: Target }
  | { kind: 'rename'; objectKey: string; isFolder: boolean }
  | { kind: 'share'; objectKey: string }

interface Props {
  dialog: OpenDialog
  bucket: BucketRef
  folder: string
  onClose: () => void
  onChanged: () => void
}

/** The dialog that is open, of all that can be done to objects. */
export function ObjectDialogs({ dialog, bucket, folder, onClose, onChanged }: Props) {
  switch (dialog.kind) {
    case 'folder':
      return <CreateFolderDialog bucket={bucket} folder={folder} onClose={onClose} onCreated={onChanged} />
    case 'delete':
      return (
        <DeleteDialog bucket={bucket} folder={folder} target={dialog.target} onClose={onClose} onChanged={onChanged} />
      )
    case 'copy':
      return (
        <CopyDialog bucket={bucket} folder={folder} target={dialog.target} onClose={onClose} onChanged={onChanged} />
      )
    case 'rename':
      return (
        <RenameDialog
          bucket={bucket}
          objectKey={dialog.objectKey}
          isFolder={dialog.isFolder}
          onClose={onClose}
          onChanged={onChanged}
        />
      )
    case 'share':
      return <ShareDialog bucket={bucket} objectKey={dialog.objectKey} onClose={onClose} />
  }
}
