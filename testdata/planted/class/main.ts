interface Item { sku: string; count: number }

class Stock {
  private items = new Map<string, number>();

  add(item: Item): void {
    const known: number = this.items.get(item.sku) ?? 0;
    this.items.set(item.sku, known);
  }

  count(sku: string): number {
    return this.items.get(sku) ?? 0;
  }
}

export default function main(input: { items: Item[] }): number {
  const stock = new Stock();
  for (const item of input.items) stock.add(item);
  const n = stock.count('x');
  if (n === 0) throw new Error('no stock');
  return n;
}
