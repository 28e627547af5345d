export type Value = {
  plain?: unknown[];
  tags?: string[];
  mixed?: (string | number)[];
  rows?: {
    a: ("x" | "y")[];
  }[];
  tuple?: [string?, (number | null)?];
  old?: [string?, ...Array<number>];
  open?: [string?, ...Array<unknown>];
};
