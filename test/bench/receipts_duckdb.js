// The sums and three ntile of test/bench/receipts.sh in DuckDB, one thread, on its own copy.
// Called by it; prints CPU seconds, the median of five runs.
const { DuckDBInstance } = require("@duckdb/node-api");

async function cpu(work) {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}

async function main(file) {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  await db.run("SET threads = 1");
  const load = await cpu(() => db.run(`CREATE TABLE narrow AS SELECT * FROM read_csv('${file}', header = false,
    columns = {'customer_id': 'BIGINT', 'receipt_date': 'DATE', 'amount': 'DECIMAL(10,2)'})`));
  console.log(`DuckDB: load the CSV ${" ".repeat(46)}${load.toFixed(2).padStart(8)} s`);
  const runs = [];
  for (let i = 0; i < 5; i++)
    runs.push(await cpu(() => db.runAndReadAll(`SELECT count(*), sum(r + f + m) FROM (
      SELECT ntile(5) OVER (ORDER BY day DESC) AS r, ntile(5) OVER (ORDER BY n) AS f, ntile(5) OVER (ORDER BY total) AS m
      FROM (SELECT customer_id, max(receipt_date) AS day, count(*) AS n, sum(amount) AS total FROM narrow GROUP BY 1))`)));
  runs.sort((a, b) => a - b);
  console.log(`DuckDB: sums and three ntile ${" ".repeat(38)}${runs[2].toFixed(2).padStart(8)} s`);
}

main(process.argv[2]);
