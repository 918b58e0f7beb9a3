import { type KeyboardEvent, type PointerEvent, type ReactNode, useId, useState } from "react";
import { type Amount, shortMoney } from "../../words/figures";
import { shortMonth } from "../../words/days";
import { t } from "../../words/words";
import { go } from "../route/location";
import { linear, ticks } from "./scale";
import { useWidth } from "./useWidth";

/** Where things are drawn: the middle of a month, the height of a value, and how wide a month is. */
export interface Grid {
  readonly x: (place: number) => number;
  readonly y: (cents: number) => number;
  readonly band: number;
}

interface MonthChartProps {
  readonly title: string;
  readonly months: readonly string[];
  readonly currency: string;
  /** The lowest and the highest value; 0 is always on the axis. */
  readonly range: readonly [number, number];
  readonly height?: number;
  readonly draw: (grid: Grid) => ReactNode;
  /** What is told of the month under the pointer, or chosen with the arrow keys. */
  readonly tell: (place: number) => ReactNode;
  /** Where a month leads: to the rows that made its figure. */
  readonly href: (place: number) => string;
}

const MARGIN = { top: 10, right: 8, bottom: 22, left: 56 };

/** Amounts month by month, on an axis that starts from zero. */
export function MonthChart({ title, months, currency, range, height = 200, draw, tell, href }: MonthChartProps) {
  const [box, width] = useWidth<HTMLElement>();
  const [at, setAt] = useState<number>();
  const heading = useId();
  const marks = ticks(Math.min(range[0], 0) / 100, Math.max(range[1], 0) / 100).map((mark) => mark * 100);
  const band = Math.max(width - MARGIN.left - MARGIN.right, 0) / months.length;
  const grid: Grid = {
    x: (place) => MARGIN.left + band * (place + 0.5),
    y: linear([marks[0] ?? 0, marks.at(-1) ?? 1], [height - MARGIN.bottom, MARGIN.top]),
    band,
  };
  const shown = at ?? months.length - 1;

  const point = (event: PointerEvent<SVGSVGElement>) => {
    const place = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left) / band);
    setAt(Math.min(Math.max(place, 0), months.length - 1));
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(href(shown));
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt(Math.min(Math.max(shown + step, 0), months.length - 1));
  };

  return (
    <figure className="chart" ref={box} aria-labelledby={heading}>
      <figcaption>
        <h2 id={heading}>{title}</h2>
        <div aria-live="polite">{tell(shown)}</div>
      </figcaption>
      <svg width={width} height={height} tabIndex={0} role="img" aria-label={`${title}. ${t("Click a month to see its rows.")}`} onClick={() => go(href(shown))} onPointerMove={point} onPointerLeave={() => setAt(undefined)} onKeyDown={press}>
        {marks.map((mark) => (
          <g key={mark} className={mark === 0 ? "zero" : undefined}>
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={grid.y(mark)} y2={grid.y(mark)} />
            <text x={MARGIN.left - 8} y={grid.y(mark)} dy="0.32em" textAnchor="end">
              {shortMoney(amount(mark, currency))}
            </text>
          </g>
        ))}
        {at !== undefined && <rect className="pointed" x={grid.x(at) - band / 2} width={band} y={MARGIN.top} height={height - MARGIN.top - MARGIN.bottom} />}
        {draw(grid)}
        {months.map((on, place) => (
          <text key={on} x={grid.x(place)} y={height - 5} textAnchor="middle" className={place === shown ? "chosen" : undefined}>
            {band > 30 || place % 2 === 1 ? shortMonth(on) : ""}
          </text>
        ))}
      </svg>
    </figure>
  );
}

function amount(amountCents: number, currency: string): Amount {
  return { amountCents, currency };
}
