// Here live the icons: one shape per meaning, so that no meaning hangs on colour alone. Decorative; the words stand beside them.
import type { Role } from '../data/verdict.ts';

const PATHS = {
  // Verdicts: each shape differs from every other without its colour.
  worse: <path d="M8 1.5 15.2 14.2H.8L8 1.5Zm-.9 4.7v3.9h1.8V6.2H7.1Zm0 5.1V13h1.8v-1.7H7.1Z" fill-rule="evenodd" />,
  better: (
    <path d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.3 4L7 9.3 4.7 7 3.6 8.2 7 11.6l5.4-5.4L11.3 5Z" fill-rule="evenodd" />
  ),
  higher: <path d="m8 2 5.5 5.6-1.3 1.3L9 5.7V14H7V5.7L3.8 8.9 2.5 7.6 8 2Z" />,
  lower: <path d="M8 14 2.5 8.4l1.3-1.3L7 10.3V2h2v8.3l3.2-3.2 1.3 1.3L8 14Z" />,
  same: <path d="M2 5h12v1.8H2V5Zm0 4.2h12V11H2V9.2Z" />,
  unsure: <path d="M2 6.7h2.6v2.6H2V6.7Zm4.7 0h2.6v2.6H6.7V6.7Zm4.7 0H14v2.6h-2.6V6.7Z" />,
  provisional: (
    <path d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.7a5.3 5.3 0 1 0 0 10.6A5.3 5.3 0 0 0 8 2.7ZM7.2 4h1.7v3.7l2.5 2.4-1.2 1.2-3-3V4Z" fill-rule="evenodd" />
  ),
  refused: (
    <path d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1ZM4 5.2A5.2 5.2 0 0 0 10.8 12L4 5.2ZM5.2 4 12 10.8A5.2 5.2 0 0 0 5.2 4Z" fill-rule="evenodd" />
  ),
  // The page's own.
  close: <path d="m3.7 2.5 4.3 4.3 4.3-4.3 1.2 1.2L9.2 8l4.3 4.3-1.2 1.2L8 9.2l-4.3 4.3-1.2-1.2L6.8 8 2.5 3.7l1.2-1.2Z" />,
  plus: <path d="M7.1 2h1.8v5.1H14v1.8H8.9V14H7.1V8.9H2V7.1h5.1V2Z" />,
  minus: <path d="M2 7.1h12v1.8H2V7.1Z" />,
  back: <path d="m7.6 2.5 1.3 1.3L5.7 7.1H14v1.8H5.7l3.2 3.3-1.3 1.3L2 8l5.6-5.5Z" />,
  sun: (
    <path d="M8 4.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4ZM7.2.8h1.6v2.4H7.2V.8Zm0 12h1.6v2.4H7.2v-2.4ZM.8 7.2h2.4v1.6H.8V7.2Zm12 0h2.4v1.6h-2.4V7.2ZM3.5 2.3l1.6 1.7L4 5.1 2.3 3.5l1.2-1.2ZM12 10.9l1.7 1.6-1.2 1.2-1.6-1.7L12 10.9ZM12.5 2.3l1.2 1.2L12 5.1 10.9 4l1.6-1.7ZM4 10.9 5.1 12l-1.6 1.7-1.2-1.2L4 10.9Z" />
  ),
  moon: <path d="M6.3 1.5A5.8 5.8 0 0 0 14.5 9.7 6.7 6.7 0 1 1 6.3 1.5Z" />,
  leave: <path d="M2 2h7v1.7H3.7v8.6H9V14H2V2Zm8.7 2.5L14.2 8l-3.5 3.5-1.2-1.2 1.4-1.4H6V7.1h4.9L9.5 5.7l1.2-1.2Z" />,
  table: <path d="M1.5 2.5h13v11h-13v-11Zm1.7 4v1.8h4V6.5h-4Zm5.6 0v1.8h4V6.5h-4ZM3.2 9.9v1.9h4V9.9h-4Zm5.6 0v1.9h4V9.9h-4Z" fill-rule="evenodd" />,
  chart: <path d="M1.5 13.8V2.2h1.7v8.7l3.3-4 2.7 2.7 4.1-5.3 1.3 1L9.3 12 6.6 9.3l-2.3 2.8h10.2v1.7h-13Z" />,
  up: <path d="m8 4 5 7H3l5-7Z" />,
  down: <path d="M8 12 3 5h10l-5 7Z" />,
  wall: <path d="M1.5 2.5h13v9h-13v-9Zm1.7 1.7v5.6h9.6V4.2H3.2ZM5 13h6v1.5H5V13Z" fill-rule="evenodd" />,
  play: <path d="M3.5 2.1v11.8L13.3 8 3.5 2.1Z" />,
} as const satisfies Record<Role, unknown> & Record<string, unknown>;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" focusable="false">
      {PATHS[name]}
    </svg>
  );
}

/** The product's mark: a play button with its playhead. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M8 8.6v14.8c0 1 1 1.5 1.8 1L20.2 17a1.2 1.2 0 0 0 0-2L9.8 7.6c-.8-.5-1.8 0-1.8 1Z" />
      <path d="M23 8.3a1.3 1.3 0 0 1 2.6 0v15.4a1.3 1.3 0 0 1-2.6 0V8.3Z" />
    </svg>
  );
}
