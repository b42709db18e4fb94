// kafkajs against the broker at argv[2], in topic and group argv[3]; prints what it found as one line of JSON.
const { Kafka, logLevel } = require('kafkajs');

const PARTITIONS = 4, RECORDS = 200, LATER = 20, PATIENCE = 50_000;
const [servers, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'conformance', brokers: [servers], logLevel: logLevel.NOTHING });

let changed = () => {};
setTimeout(() => { console.error(`not there in time: ${JSON.stringify(state())}`); process.exit(1); }, PATIENCE).unref();

const members = [];
const seen = new Set();
let outOfOrder = 0;
const state = () => ({ assigned: members.map(m => m.assigned), seen: seen.size, outOfOrder });

// Resolves at the first event after which the condition holds.
async function until(reached) {
  while (!reached()) await new Promise(resolve => { changed = resolve; });
}

async function produce(from, count) {
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: count }, (_, i) => ({ key: `key-${from + i}`, value: `${from + i}`, partition: (from + i) % PARTITIONS }));
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

async function join() {
  const consumer = kafka.consumer({ groupId: topic, sessionTimeout: 10_000, heartbeatInterval: 300, rebalanceTimeout: 10_000, maxWaitTimeInMs: 200 });
  const member = { consumer, assigned: 0, positions: new Map() };
  members.push(member);
  consumer.on(consumer.events.GROUP_JOIN, e => {
    member.assigned = (e.payload.memberAssignment[topic] || []).length;
    member.positions.clear();
    changed();
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const offset = Number(message.offset);
      if (offset < (member.positions.get(partition) ?? 0)) outOfOrder++;
      member.positions.set(partition, offset + 1);
      seen.add(Number(message.value));
      changed();
    },
  });
  return member;
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 1 }], waitForLeaders: false });
  // A node may answer for the new topic before it knows of it, and this client does not ask again by itself.
  for (;;) {
    try { await admin.fetchTopicMetadata({ topics: [topic] }); break; } catch (error) { if (!error.retriable) throw error; }
  }
  await produce(0, RECORDS);

  const first = await join();
  const second = await join();
  await until(() => first.assigned === PARTITIONS / 2 && second.assigned === PARTITIONS / 2);
  const shared = [first.assigned, second.assigned];
  await second.consumer.disconnect();
  // Nothing is committed yet, so the one that stays reads what it takes over from the beginning.
  await until(() => first.assigned === PARTITIONS && first.positions.size === PARTITIONS && [...first.positions.values()].reduce((a, b) => a + b) === RECORDS);
  const found = seen.size;
  await first.consumer.commitOffsets([...first.positions].map(([partition, offset]) => ({ topic, partition, offset: `${offset}` })));
  const offsets = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
  const committed = offsets[0].partitions.reduce((sum, p) => sum + Number(p.offset), 0);
  const takenOver = first.assigned;
  await first.consumer.disconnect();

  await produce(RECORDS, LATER);
  seen.clear();
  const again = await join();
  await until(() => seen.size >= LATER);
  const resumed = seen.size;
  await again.consumer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  console.log(JSON.stringify({ shared, takenOver, seen: found, committed, resumed, outOfOrder }));
}

main().catch(e => { console.error(e); process.exit(1); });
