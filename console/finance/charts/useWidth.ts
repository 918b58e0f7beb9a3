import { type RefObject, useEffect, useRef, useState } from "react";

const WIDTH_FIRST = 640;

/** The width of an element, as it is now: charts are drawn to measure, so that their text keeps its size. */
export function useWidth<Of extends HTMLElement>(): [RefObject<Of | null>, number] {
  const element = useRef<Of>(null);
  const [width, setWidth] = useState(WIDTH_FIRST);
  useEffect(() => {
    if (!element.current) return;
    const watching = new ResizeObserver(([entry]) => entry && setWidth(Math.round(entry.contentRect.width)));
    watching.observe(element.current);
    return () => watching.disconnect();
  }, []);
  return [element, width];
}
