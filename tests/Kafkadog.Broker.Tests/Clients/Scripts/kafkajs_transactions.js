// Transactions of kafkajs against the broker at argv[2], in topics that begin with argv[3]; prints what it found as one line of JSON.
const { Kafka, logLevel } = require('kafkajs');

const RECORDS = 30, PER_TRANSACTION = 5, PATIENCE = 50_000;
const [servers, name] = process.argv.slice(2);
const [input, output] = [`${name}-in`, `${name}-out`];
const kafka = new Kafka({ clientId: 'transactions', brokers: [servers], logLevel: logLevel.NOTHING });
setTimeout(() => { console.error('not done in time'); process.exit(1); }, PATIENCE).unref();

// The values of a topic, read to a mark that is produced at its end.
async function read(topic, readUncommitted) {
  const mark = `end-${readUncommitted}`;
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value: mark, partition: 0 }] });
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: `${topic}-${readUncommitted}`, readUncommitted, maxWaitTimeInMs: 200 });
  const values = [];
  let ended;
  const end = new Promise(resolve => { ended = resolve; });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => { const value = message.value.toString(); if (value === mark) ended(); else if (!value.startsWith('end-')) values.push(value); } });
  await end;
  await consumer.disconnect();
  return values;
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [input, output].map(topic => ({ topic, numPartitions: 1, replicationFactor: 1 })), waitForLeaders: false });
  for (;;) {
    try { await admin.fetchTopicMetadata({ topics: [input, output] }); break; } catch (error) { if (!error.retriable) throw error; }
  }

  const producer = kafka.producer({ transactionalId: name, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (let from = 0; from < RECORDS; from += PER_TRANSACTION) {
    for (const commit of [false, true]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: output, acks: -1, messages: Array.from({ length: PER_TRANSACTION }, (_, i) => ({ value: `${from + i}`, partition: 0 })) });
      await transaction.sendOffsets({ consumerGroupId: name, topics: [{ topic: input, partitions: [{ partition: 0, offset: `${from + PER_TRANSACTION + (commit ? 0 : 1000)}` }] }] });
      await (commit ? transaction.commit() : transaction.abort());
    }
  }

  await producer.disconnect();
  const [committed] = await admin.fetchOffsets({ groupId: name, topics: [input] });
  const offset = Number(committed.partitions[0].offset);
  await admin.disconnect();
  const [seen, all] = [await read(output, false), await read(output, true)];
  console.log(JSON.stringify({ seen: seen.map(Number), all: all.length, offset }));
  process.exit(0);
}

main().catch(error => { console.error(error); process.exit(1); });
