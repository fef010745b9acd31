import { Radio } from '@cloudflare/kumo/components/radio'
import { isPresetId, type Preset, type PresetId } from './presets'

interface Props {
  presets: readonly Preset[]
  value: PresetId
  onChange: (preset: PresetId) => void
}

export function PermissionCards({ presets, value, onChange }: Props) {
  return (
    <Radio.Group
      appearance="card"
      controlPosition="start"
      value={value}
      onValueChange={(chosen) => {
        if (isPresetId(chosen)) onChange(chosen)
      }}
    >
      <Radio.Legend className="sr-only">Permissions</Radio.Legend>
      {presets.map(({ id, name, description }) => (
        <Radio.Item key={id} value={id} label={name} description={description} />
      ))}
    </Radio.Group>
  )
}
