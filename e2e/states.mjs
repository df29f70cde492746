// The sizes and states of the page for pictures and layout tests. A state is a link and the actions
// after opening it.

export const SIZES = [
  { width: 2560, height: 1440 },
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 1024, height: 768 },
  { width: 1024, height: 600 },
  { width: 390, height: 844 },
];

/** The verdict matrix: its rows are the presets, its columns the rows of designs and the variants that
 * presets use. */
export const MATRIX = { rows: 42, columns: 29, cells: 42 * 29, states: 940_844 };

const S7 = "preset=S7;choices=t1,t1,t1,t1,t1,t1,irq:io1,irq:io1,irq:io1,irq:io2,irq:io2,irq:io2";
const DEADLOCK = `v0;design=rfc-osync;${S7},kworker:1,kworker:1,kworker:1,kworker:1,kworker:1,kworker:1`;

const rest = async () => {};

export const STATES = [
  { name: "the start", link: "v0;design=rfc-osync;preset=S7", reach: rest },
  { name: "the deadlock", link: DEADLOCK, reach: rest },
  { name: "a broken promise", link: "v0;design=rfc-v1;preset=S2;choices=t1,t1,t1,irq:io1,irq:io1,irq:io1,t2", reach: rest },
  { name: "two files and many writes", link: "v0;design=kara-opt;preset=S9;choices=t1,t1,t1,t1,t1,t1", reach: rest },
  { name: "a lesson", link: "lesson=5.2", reach: rest },
  { name: "a lesson with all panels", link: "lesson=5.2", reach: (page) => page.getByRole("button", { name: "all panels" }).click() },
  { name: "two designs", link: DEADLOCK.replace("rfc-osync", "rfc-osync|kara"), reach: rest },
  { name: "two designs of knobs", link: `v0;design=rfc-osync+decrement=after_sync|kara-opt;${S7}`, reach: rest },
  { name: "presenter mode", link: `${DEADLOCK};present=1`, reach: rest },
  { name: "presenter mode with a lesson", link: "lesson=5.2;present=1", reach: rest },
  { name: "presenter mode with two designs", link: `${DEADLOCK.replace("rfc-osync", "rfc-osync|kara")};present=1`, reach: rest },
  { name: "an embedded run", link: `${DEADLOCK};embed=1`, reach: rest },
  { name: "an embedded run of two designs", link: `${DEADLOCK.replace("rfc-osync", "rfc-osync|kara")};embed=1`, reach: rest },
];
