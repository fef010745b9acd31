import { FolderOpenIcon, MagnifyingGlassIcon } from '@phosphor-icons/react'
import { EmptyState } from '~/components/states'
import type { FoundFile } from '../uploads/collect'
import { UploadMenu } from '../uploads/UploadMenu'
import { Name } from './Name'

interface Props {
  search: string
  folder: string
  canWrite: boolean
  onUpload: (files: readonly FoundFile[]) => void
}

export function NoObjects({ search, folder, canWrite, onUpload }: Props) {
  if (search !== '') {
    return (
      <EmptyState icon={<MagnifyingGlassIcon aria-hidden />} title="No keys begin with this">
        Nothing {folder === '' ? 'in this bucket' : 'in this folder'} begins with <Name text={search} />. The search is
        by the beginning of names and minds capitals.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<FolderOpenIcon aria-hidden />}
      title={folder === '' ? 'This bucket is empty' : 'There is nothing in this folder'}
      actions={canWrite && <UploadMenu onUpload={onUpload} />}
    >
      {canWrite
        ? 'Drop files or folders here, or choose them. Any S3 client can upload too.'
        : 'Objects that others upload are shown here.'}
    </EmptyState>
  )
}
