/**
 * Every scalar.
 * On two lines. *​/ not the end
 */
export type Value = {
  /**
   * who
   * @maxLength 5
   */
  name: string;
  on: boolean;
  /**
   * @default 1.5
   * @minimum 0
   */
  n?: number;
  i?: number;
  nothing?: null;
  any?: unknown;
  always?: unknown;
  never?: never;
  "a-b": string | null;
  /** @deprecated */
  old?: string | null;
  "1"?: "x";
  level?: "a" | "b" | null | 1 | {"k":[]};
};
