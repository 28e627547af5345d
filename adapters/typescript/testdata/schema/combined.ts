export type Value = {
  head?: ValueNode;
  slash?: ValueA1b;
  loop?: unknown;
  again?: Value;
  none?: unknown;
  outside?: unknown;
  either?: string | {
    id: number;
  };
  both?: ValueNode & ({
    a?: string;
  } | {
    b?: string;
  });
  list?: (string | null)[];
  onlyrules?: {
    a?: unknown;
    b?: unknown;
  };
};

export type ValueNode = {
  value: number;
  next?: ValueNode;
};

export type ValueA1b = string;
