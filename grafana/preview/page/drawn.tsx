/** Panels whose components are not on npm: heatmap and state timeline are part of Grafana's application. */
import { formattedValueToString, type GrafanaTheme2, getValueFormat } from "@grafana/data";
import { useEffect, useRef } from "react";

export const FONT = "12px Inter, Helvetica, Arial, sans-serif";

export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

export function Drawn({ draw, width, height }: { draw: Draw; width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) draw(context, width, height);
  }, [draw, width, height]);
  return <canvas ref={canvas} width={width} height={height} />;
}

/** Hours and minutes in UTC, of seconds since the epoch. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

export function format(value: number, unit = "short", decimals?: number): string {
  return formattedValueToString(getValueFormat(unit)(value, decimals));
}

/** Names of colours and what they are; a legend below. */
export function Legend({ entries, theme }: { entries: [string, string][]; theme: GrafanaTheme2 }) {
  return (
    <div className="legend">
      {entries.map(([text, colour]) => (
        <span key={text}>
          <i style={{ background: theme.visualization.getColorByName(colour) }} />
          {text}
        </span>
      ))}
    </div>
  );
}
