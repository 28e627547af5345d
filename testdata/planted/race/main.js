let balance = 100;
async function withdraw(amount) {
  const before = balance;
  await new Promise((done) => setTimeout(done, amount));
  balance = before - amount;
}
async function main(input) {
  await Promise.all(input.amounts.map((a) => withdraw(a)));
  if (balance !== 100 - input.amounts[0] - input.amounts[1]) throw new Error('lost ' + balance);
  return balance;
}
