import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import type { ChartProps } from './Chart'
import { resolveColor, seriesStyles } from './chart-colors'

interface Props extends Pick<ChartProps, 'times' | 'lines' | 'format'> {
  /** The step under the pointer. */
  onPoint: (index: number | null) => void
}

const axisFont = '12px system-ui, sans-serif'

/** uPlot, which draws; what the drawing says is around it in words. Loaded only where there is a chart. */
export function ChartCanvas({ times, lines, format, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const mode = useMode()

  useEffect(() => {
    const element = box.current
    if (!element) return undefined
    const plot = new UPlot(
      optionsFor(element, { lines, format, onPoint }),
      [[...times], ...lines.map(({ values }) => [...values])],
      element,
    )
    const observer = new ResizeObserver(() => plot.setSize(sizeOf(element)))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
      onPoint(null)
    }
  }, [times, lines, format, onPoint, mode])

  // Out of the flow: a drawing has the width that it was drawn with, and must not hold the page as wide when it narrows.
  return <div ref={box} className="absolute inset-0 overflow-hidden" />
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight }
}

function optionsFor(element: HTMLElement, { lines, format, onPoint }: Omit<Props, 'times'>): UPlot.Options {
  const text = resolveColor(element, '--text-color-kumo-subtle')
  const rule = resolveColor(element, '--color-kumo-hairline')
  const axis: UPlot.Axis = { stroke: text, font: axisFont, grid: { stroke: rule, width: 1 }, ticks: { show: false } }
  return {
    ...sizeOf(element),
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false }, points: { size: 7 } },
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    scales: {
      // A day without requests has an axis all the same.
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70 },
      {
        ...axis,
        size: 68,
        // Half a request means nothing.
        values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? format(tick) : '')),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, style }) => {
        const color = resolveColor(element, seriesStyles[style].color)
        return {
          label,
          stroke: color,
          width: 2,
          dash: [...seriesStyles[style].dash],
          points: { show: false },
          ...(lines.length === 1 ? { fill: `color-mix(in srgb, ${color} 12%, transparent)` } : {}),
        }
      }),
    ],
  }
}

/** Dark or light, whoever changed it: colours on a canvas do not follow by themselves. */
function useMode(): string {
  const [mode, setMode] = useState(currentMode)
  useEffect(() => {
    const observer = new MutationObserver(() => setMode(currentMode()))
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mode'] })
    return () => observer.disconnect()
  }, [])
  return mode
}

function currentMode(): string {
  return document.documentElement.dataset['mode'] ?? ''
}
