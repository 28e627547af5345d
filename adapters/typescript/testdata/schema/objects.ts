export type Value = {
  free?: Record<string, unknown>;
  closed?: Record<string, never>;
  map: Record<string, number>;
  open?: {
    a?: string;
    [key: string]: unknown;
  };
  some?: {
    a?: string;
    [key: string]: unknown;
  };
};
