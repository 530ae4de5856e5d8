// SPDX-License-Identifier: Apache-2.0
// uPlot in React: the plot is made once for a scheme and a width, and fed afterwards.
import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { t } from '@lingui/core/macro';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import type { Sample } from '../sessions/throughput';
import { formatBytes, formatClock } from '../shared/format';

const height = 160;

export default function ThroughputGraph({ samples, label }: { samples: readonly Sample[]; label: string }) {
  const holder = useRef<HTMLDivElement>(null);
  const { ref: measure, width } = useElementSize();
  const ref = useMergedRef(measure, holder);
  const scheme = useComputedColorScheme('light');
  const plot = useRef<UPlot | null>(null);
  const data = useRef<UPlot.AlignedData>([[], [], []]);
  data.current = [samples.map(({ time }) => time), samples.map(({ read }) => read), samples.map(({ written }) => written)];

  useEffect(() => {
    if (holder.current === null || width === 0) return;
    const made = new UPlot(optionsFor(width, getComputedStyle(holder.current)), data.current, holder.current);
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [width, scheme]);

  useEffect(() => {
    plot.current?.setData(data.current);
  }, [samples]);

  return <div ref={ref} role="img" aria-label={label} style={{ minHeight: height }} />;
}

function optionsFor(width: number, style: CSSStyleDeclaration): UPlot.Options {
  const colour = (name: string) => style.getPropertyValue(name);
  const axis = { stroke: colour('--mantine-color-dimmed'), grid: { stroke: colour('--bf-track'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1024)] } },
    axes: [
      { ...axis, values: (_, times) => times.map((time) => formatClock(new Date(time * 1000).toISOString())), space: 90 },
      { ...axis, values: (_, rates) => rates.map((rate) => formatBytes(rate)), size: 76 },
    ],
    series: [
      {},
      { label: t`read`, stroke: colour('--bf-accent-text'), width: 2, points: { show: false } },
      { label: t`written`, stroke: colour('--bf-busy'), width: 2, dash: [5, 3], points: { show: false } },
    ],
  };
}
