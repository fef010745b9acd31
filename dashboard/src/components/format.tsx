const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** Bytes in powers of 1000, as R2 counts and bills them: `1.5 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${Number(value.toFixed(digits))} ${units[unit]}`
}

const counts = new Intl.NumberFormat('en')

export function formatCount(count: number): string {
  return counts.format(count)
}

/** `1 object`, `2 objects`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

const dates = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })
const times = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

export function formatDate(time: string | Date): string {
  return dates.format(new Date(time))
}

export function formatTime(time: string | Date): string {
  return times.format(new Date(time))
}

const steps: [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [7 * 86_400, 86_400, 'day'],
]

/** `5 minutes ago`, `in 3 days`; further away the date. */
export function formatAgo(time: string | Date, now: Date = new Date()): string {
  const seconds = (new Date(time).getTime() - now.getTime()) / 1000
  for (const [limit, unit, name] of steps) {
    if (Math.abs(seconds) < limit)
      return name === 'second' ? 'just now' : relative.format(Math.round(seconds / unit), name)
  }
  return formatDate(time)
}

/** A time as a person says it, with the exact one on hover and for machines. */
export function Time({ value, exact = false }: { value: string; exact?: boolean }) {
  return (
    <time dateTime={value} title={formatTime(value)} className="whitespace-nowrap">
      {exact ? formatTime(value) : formatAgo(value)}
    </time>
  )
}
