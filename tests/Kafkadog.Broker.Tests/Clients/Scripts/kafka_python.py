"""kafka-python against the broker at argv[1], in topic and group argv[2]; prints what it found as one line of JSON."""
import json
import sys
import threading

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import TopicPartition

PARTITIONS, RECORDS, LATER, PATIENCE = 4, 200, 20, 50
servers, topic = sys.argv[1:3]
out_of_order, seen, changed = 0, set(), threading.Condition()


def produce(numbers):
    # This client does not retry by itself, and a partition just made may not have its leader yet.
    producer = KafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=5, retries=20, max_in_flight_requests_per_connection=1)
    sent = [producer.send(topic, key=b"key-%d" % n, value=b"%d" % n, partition=n % PARTITIONS) for n in numbers]
    for one in sent:
        one.get(timeout=PATIENCE)
    producer.close()


class Member(threading.Thread):
    """A consumer on a thread of its own: this client's poll waits, without a limit, for the other members to join."""

    def __init__(self):
        super().__init__(daemon=True)
        self.assigned, self.positions, self.leaving, self.commit = 0, {}, False, False
        self.start()

    def run(self):
        global out_of_order
        consumer = KafkaConsumer(topic, bootstrap_servers=servers, group_id=topic, auto_offset_reset="earliest",
                                 enable_auto_commit=False, session_timeout_ms=10000, heartbeat_interval_ms=300)
        assignment = None
        while not self.leaving:
            polled = consumer.poll(timeout_ms=50)
            with changed:
                if consumer.assignment() != assignment:
                    # A rebalance goes back to what was committed; within one assignment offsets only grow.
                    assignment = set(consumer.assignment())
                    self.positions = {}
                    self.assigned = len(assignment)
                for partition, records in polled.items():
                    for record in records:
                        out_of_order += record.offset < self.positions.get(partition, 0)
                        self.positions[partition] = record.offset + 1
                        seen.add(int(record.value))
                changed.notify_all()
        if self.commit:
            consumer.commit()
        consumer.close()

    def leave(self, commit=False):
        self.commit, self.leaving = commit, True
        self.join(PATIENCE)
        assert not self.is_alive(), "a member does not leave"


def until(reached):
    with changed:
        assert changed.wait_for(reached, PATIENCE), "not there in time: %d seen" % len(seen)


admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
produce(range(RECORDS))

first, second = Member(), Member()
until(lambda: first.assigned == second.assigned == PARTITIONS / 2)
shared = [first.assigned, second.assigned]
second.leave()
# Nothing is committed yet, so the one that stays reads what it takes over from the beginning.
until(lambda: first.assigned == PARTITIONS and sum(first.positions.values()) == RECORDS)
taken_over, found = first.assigned, len(seen)
first.leave(commit=True)
reader = KafkaConsumer(bootstrap_servers=servers, group_id=topic, enable_auto_commit=False)
committed = sum(reader.committed(TopicPartition(topic, p)) for p in range(PARTITIONS))
reader.close()

produce(range(RECORDS, RECORDS + LATER))
seen.clear()
again = Member()
until(lambda: len(seen) >= LATER)
again.leave()
admin.delete_topics([topic])
print(json.dumps({"shared": shared, "takenOver": taken_over, "seen": found, "committed": committed,
                  "resumed": len(seen), "outOfOrder": out_of_order}))
