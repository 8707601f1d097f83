/** Line icons on a 24-unit grid, drawn for this page. Decoration: the text next to each says it. */

const PATHS = {
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01",
  flip: "M4 11a8 8 0 0 1 14-4.5L20 9M20 4v5h-5M20 13a8 8 0 0 1-14 4.5L4 15M4 20v-5h5",
  close: "M6 6l12 12M18 6L6 18",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  share: "M12 15V4M7.5 8L12 3.5 16.5 8M6 12H5v8h14v-8h-1",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
  mail: "M4 6h16v12H4zM4 7l8 6.5L20 7",
  spark: "M12 3l1.9 7.1L21 12l-7.1 1.9L12 21l-1.9-7.1L3 12l7.1-1.9z",
  cloud: "M7 18h10a4 4 0 0 0 .6-7.95A6 6 0 0 0 6.1 9.6 4.3 4.3 0 0 0 7 18zM4 4l16 16",
  again: "M4.5 12A7.5 7.5 0 1 1 7 17.6M4.5 17.5V12.5H9.5",
};

export type IconName = keyof typeof PATHS;

/** Those that point onward or back, which is the other way in a script from the right. */
const POINTING: readonly IconName[] = ["arrow", "back"];

export function Icon({ name }: { name: IconName }) {
  const pointing = POINTING.includes(name) ? "pointing" : "";
  return (
    <svg class={`icon ${pointing}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
