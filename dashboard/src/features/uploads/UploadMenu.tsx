import { Button } from '@cloudflare/kumo/components/button'
import { DropdownMenu } from '@cloudflare/kumo/components/dropdown'
import { CaretDownIcon, FilesIcon, FolderSimpleIcon, UploadSimpleIcon } from '@phosphor-icons/react'
import { useRef } from 'react'
import { filesOfInput, type FoundFile } from './collect'

/** Files or a whole folder: browsers have a dialog for each, and none for both. */
export function UploadMenu({ onUpload }: { onUpload: (files: readonly FoundFile[]) => void }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = ({ target }: React.ChangeEvent<HTMLInputElement>) => {
    if (target.files) onUpload(filesOfInput(target.files))
    // So that the same file can be chosen again.
    target.value = ''
  }
  return (
    <>
      <input ref={files} type="file" multiple className="hidden" aria-label="Files to upload" onChange={take} />
      <input
        ref={(input) => {
          folder.current = input
          if (input) input.webkitdirectory = true
        }}
        type="file"
        multiple
        className="hidden"
        aria-label="Folder to upload"
        onChange={take}
      />
      <DropdownMenu>
        <DropdownMenu.Trigger
          render={
            <Button variant="primary" icon={<UploadSimpleIcon aria-hidden />}>
              Upload
              <CaretDownIcon aria-hidden size={12} />
            </Button>
          }
        />
        <DropdownMenu.Content>
          <DropdownMenu.Item icon={FilesIcon} onClick={() => files.current?.click()}>
            Files…
          </DropdownMenu.Item>
          <DropdownMenu.Item icon={FolderSimpleIcon} onClick={() => folder.current?.click()}>
            Folder…
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu>
    </>
  )
}
