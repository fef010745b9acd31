interface Props {
  label: string
  value: number
  max: number
  /** Without an end in sight: how much is done, not of what. */
  tone?: 'brand' | 'success' | 'danger' | 'neutral'
}

const tones = {
  brand: 'bg-kumo-brand',
  success: 'bg-kumo-success',
  danger: 'bg-kumo-danger',
  neutral: 'bg-kumo-interact',
}

export function ProgressBar({ label, value, max, tone = 'brand' }: Props) {
  const percent = max === 0 ? 100 : Math.min(100, (value / max) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(percent)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-kumo-recessed"
    >
      <div
        className={`h-full rounded-full transition-[width] duration-150 ${tones[tone]}`}
        style={{ width: `${percent}%` }}
      />
    </div>
  )
}
