# Ledgers after random steps: after each refresh they equal plain SQL over the receipts,
# whatever was inserted, changed, deleted, truncated or rolled back, and whoever wrote meanwhile.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('ledger');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\nlog_min_messages = warning\n");
$node->start;
sub sql { return $node->safe_psql('postgres', $_[0]); }

# Three tables of receipts: for full and changes; for partitions, which come and go; and for column, whose
# lines are never deleted or moved.
sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE lines (customer_id varchar(20), receipt_id integer, receipt_date date, amount numeric, quantity numeric) PARTITION BY HASH (customer_id);
CREATE TABLE lines_0 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON lines (customer_id);
-- years by date, the last one by customers, and the rest
CREATE TABLE parts (LIKE lines) PARTITION BY RANGE (receipt_date);
CREATE TABLE parts_2023 PARTITION OF parts FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE parts_2024 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (left(customer_id, 2));
CREATE TABLE parts_2024_a PARTITION OF parts_2024 FOR VALUES IN ('C1', 'C2');
CREATE TABLE parts_2024_b PARTITION OF parts_2024 DEFAULT;
CREATE TABLE parts_rest PARTITION OF parts DEFAULT;
CREATE SEQUENCE load_ids;
CREATE TABLE loads (LIKE lines, load_id bigint DEFAULT nextval('load_ids'), loaded_at timestamptz DEFAULT now(), line_id bigint GENERATED ALWAYS AS IDENTITY);
CREATE INDEX ON loads (load_id);
CREATE INDEX ON loads (loaded_at);
-- a line out of a number
CREATE FUNCTION line(i bigint) RETURNS lines LANGUAGE sql IMMUTABLE AS $$
    SELECT ('C' || h % 150, CASE WHEN h % 3 > 0 THEN h % 9000 END, date '2023-01-01' + (h / 7 % 700)::integer,
            CASE WHEN h % 211 = 0 THEN 1e25 WHEN h % 5 = 0 THEN -(h % 97) ELSE round(h % 10000 / 100.0, (h % 4)::integer) END,
            CASE WHEN h % 13 > 0 THEN h % 17 / 2.0 END)::lines
    FROM abs(hashint8(i)::bigint) h $$;
INSERT INTO lines SELECT (line(i)).* FROM generate_series(1, 1500) i;
INSERT INTO parts SELECT * FROM lines;
INSERT INTO loads SELECT *, 0 FROM lines;
CREATE FUNCTION differences(ledger text, receipts text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    -- as text: the scale of a numeric counts
    EXECUTE format($q$
        WITH receipt AS (
            SELECT customer_id::text, date_trunc('month', receipt_date)::date AS month, min(receipt_date) AS day, sum(amount) AS total, count(*) AS lines, COALESCE(sum(quantity), 0) AS quantity
            FROM (SELECT *, row_number() OVER () AS line FROM %2$I) l
            GROUP BY 1, 2, receipt_id, CASE WHEN receipt_id IS NULL THEN line END),
        wanted AS (
            SELECT count(*) FILTER (WHERE total >= 0) AS receipts, sum(lines)::bigint AS lines, month, min(day) FILTER (WHERE total >= 0) AS first_date,
                   max(day) FILTER (WHERE total >= 0) AS last_date, sum(total) AS net, sum(total) FILTER (WHERE total >= 0) AS sales, sum(quantity) AS quantity, customer_id
            FROM receipt GROUP BY customer_id, month)
        SELECT count(*) FROM ((SELECT t::text FROM %1$I t EXCEPT ALL SELECT w::text FROM wanted w) UNION ALL (SELECT w::text FROM wanted w EXCEPT ALL SELECT t::text FROM %1$I t)) d $q$,
        ledger, receipts) INTO n;
    RETURN n;
END $$;
SELECT segment.create_ledger('by_full', 'lines');
SELECT segment.create_ledger('by_changes', 'lines', 'changes');
SELECT segment.create_ledger('by_partitions', 'parts', 'partitions');
SELECT segment.create_ledger('by_id', 'loads', 'column', change_column => 'load_id');
SELECT segment.create_ledger('by_time', 'loads', 'column', change_column => 'loaded_at');
SQL
my %source = (by_full => 'lines', by_changes => 'lines', by_partitions => 'parts', by_id => 'loads', by_time => 'loads');
sub compared { return sql(join(' UNION ALL ', map { "SELECT '$_ ' || differences('$_', '$source{$_}')" } @_) . ' ORDER BY 1'); }
is(compared(keys %source), "by_changes 0\nby_full 0\nby_id 0\nby_partitions 0\nby_time 0", 'ledgers, as created');

# Two sessions: ours, and one whose transaction is open or not.
sub session
{
	my %session = (in => '', out => '', err => '');
	$session{run} = IPC::Run::start([ 'psql', '-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ], '<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, IPC::Run::timeout(900));
	return \%session;
}
sub told
{
	my ($session, $statement) = @_;
	$session->{out} = $session->{err} = '';
	$session->{in} .= "$statement;\n\\echo done\n";
	$session->{run}->pump until $session->{out} =~ /^done\n/m || !$session->{run}->pumpable;
	die "$statement: $session->{err}" if $session->{out} !~ s/^done\n//m;
	chomp $session->{out};
	return $session->{out};
}
my ($us, $writer, $open) = (session(), session(), 0);
sub ask { told($writer, $_[0]); return; }
sub say { return told($us, $_[0]); }

srand(35);
my $next = 100_000;
sub lines_from { $next += 10; return "SELECT (line(i)).* FROM generate_series($next, $next + $_[0]) i" }
my %detached;
my %step = (
	insert => sub { say('INSERT INTO lines ' . lines_from(int(rand 8))) },
	late => sub { $next += 10; say("INSERT INTO lines SELECT c, r, d - 365, a, q FROM line($next) l(c, r, d, a, q)") },
	cancel => sub { say('DELETE FROM lines WHERE receipt_id = ' . int(rand 9000)) },
	delete => sub { say('DELETE FROM lines WHERE customer_id = \'C' . int(rand 150) . '\' AND receipt_date > \'2024-01-01\'') },
	amount => sub { say('UPDATE lines SET amount = amount * -1.50 WHERE receipt_id % 900 = ' . int(rand 900)) },
	move => sub { say('UPDATE lines SET customer_id = \'C' . int(rand 200) . '\', receipt_date = receipt_date + 40 WHERE receipt_id % 2000 = ' . int(rand 2000)) },
	month => sub { my $m = int(rand 20); say("UPDATE lines SET amount = amount + 1 WHERE receipt_date >= date '2023-01-01' + $m * 31 AND receipt_date < date '2023-01-01' + $m * 31 + 20") },
	merge => sub { $next += 10; say("MERGE INTO lines l USING (SELECT (line($next)).*) n ON l.customer_id = n.customer_id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (n.customer_id, n.receipt_id, n.receipt_date, n.amount, n.quantity)") },
	rollback => sub { say('BEGIN; INSERT INTO lines ' . lines_from(5) . "; SAVEPOINT s; DELETE FROM lines WHERE customer_id = 'C7'; ROLLBACK TO s; DELETE FROM lines WHERE customer_id = 'C8'; ROLLBACK") },
	savepoint => sub { say("BEGIN; SAVEPOINT s; DELETE FROM lines WHERE customer_id = 'C9'; ROLLBACK TO s; INSERT INTO lines " . lines_from(0) . '; COMMIT') },
	refresh_rolled_back => sub { say('BEGIN; ' . join(' ', map { "CALL segment.refresh_ledger('$_');" } sort keys %source) . ' ROLLBACK') },
	refresh_in_transaction => sub { say('BEGIN; INSERT INTO lines ' . lines_from(2) . '; INSERT INTO parts ' . lines_from(2) . '; INSERT INTO loads ' . lines_from(2) . '; ' .
		join(' ', map { "CALL segment.refresh_ledger('$_');" } sort keys %source) . ' INSERT INTO lines ' . lines_from(2) . '; INSERT INTO parts ' . lines_from(2) . '; INSERT INTO loads ' . lines_from(2) . '; COMMIT') },
	truncate => sub { return if rand() > 0.15; say('TRUNCATE lines'); $next += 3000; say("INSERT INTO lines SELECT (line(i)).* FROM generate_series($next - 1400, $next) i") },
	many => sub { return if rand() > 0.1; $next += 13000; say("INSERT INTO lines SELECT (line(i)).* FROM generate_series($next - 13000, $next) i; DELETE FROM lines WHERE receipt_id % 10 > 0") },

	part_insert => sub { say('INSERT INTO parts ' . lines_from(int(rand 4))) },
	part_insert_direct => sub { $next += 10; say("INSERT INTO parts_rest SELECT c, r, d - 730, a, q FROM line($next) l(c, r, d, a, q)") },
	part_delete_direct => sub { say('DELETE FROM ' . (qw(parts_2023 parts_2024_a parts_2024_b parts_rest))[rand 4] . ' WHERE receipt_id % 300 = ' . int(rand 300)) },
	part_update => sub { say('UPDATE parts SET amount = amount + 1 WHERE receipt_id % 900 = ' . int(rand 900)) },
	part_move => sub { say('UPDATE parts SET receipt_date = receipt_date + 200 WHERE receipt_id % 900 = ' . int(rand 900)) },
	part_rollback => sub { say("BEGIN; SAVEPOINT s; DELETE FROM parts_2023 WHERE customer_id = 'C7'; ROLLBACK TO s; DELETE FROM parts_2023 WHERE customer_id = 'C8'; COMMIT") },
	part_truncate => sub { return if rand() > 0.3; my $part = (qw(parts_2023 parts_2024_a parts_rest))[rand 3]; say("TRUNCATE $part" . (rand() < 0.5 && $part ne 'parts_rest' ? '; INSERT INTO parts SELECT l.* FROM generate_series(1, 300) i, line(i) l' : '')) },
	part_detach => sub
	{
		my $part = (qw(parts_2023 parts_2024))[rand 2];
		# what is done to a partition that does not belong to the table is not logged
		if ($detached{$part}) { say("DELETE FROM $part WHERE receipt_id % 50 = " . int(rand 50)); }
		else { say("ALTER TABLE parts DETACH PARTITION $part; CREATE TABLE instead_$part PARTITION OF parts FOR VALUES FROM " . ($part =~ /2023/ ? "('2023-01-01') TO ('2024-01-01')" : "('2024-01-01') TO ('2025-01-01')")); }
		$detached{$part} = 1;
	},
	part_attach => sub
	{
		my ($part) = grep { $detached{$_} } sort keys %detached or return;
		say("ALTER TABLE parts DETACH PARTITION instead_$part; DROP TABLE instead_$part; ALTER TABLE parts ATTACH PARTITION $part FOR VALUES FROM " . ($part =~ /2023/ ? "('2023-01-01') TO ('2024-01-01')" : "('2024-01-01') TO ('2025-01-01')"));
		delete $detached{$part};
	},
	part_detach_attach => sub
	{
		return if $detached{parts_2023};
		say("ALTER TABLE parts DETACH PARTITION parts_2023; UPDATE parts_2023 SET amount = amount + 3 WHERE receipt_id % 900 = 7; ALTER TABLE parts ATTACH PARTITION parts_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')");
	},
	part_new_truncated => sub
	{
		# a partition keeps its file when the transaction that made it truncates it
		say("DROP TABLE IF EXISTS parts_old; BEGIN; CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM ('1995-01-01') TO ('1996-01-01'); INSERT INTO parts VALUES ('C1', 1, '1995-05-01', 1, 1);
			CALL segment.refresh_ledger('by_partitions'); TRUNCATE parts_old; INSERT INTO parts VALUES ('C2', 1, '1995-05-01', 1, 1); COMMIT");
	},

	load => sub { say("INSERT INTO loads SELECT l.*, (SELECT nextval('load_ids')) FROM (" . lines_from(int(rand 5)) . ') l') },
	load_late => sub { $next += 10; say("INSERT INTO loads SELECT c, r, d - 365, a, q FROM line($next) l(c, r, d, a, q)") },
	load_update => sub { say("UPDATE loads SET amount = amount + 1, load_id = nextval('load_ids'), loaded_at = now() WHERE line_id % 1000 = " . int(rand 1000)) },
	load_without => sub { say('INSERT INTO loads SELECT l.*, NULL, NULL FROM (' . lines_from(0) . ') l') },

	# the writer's transaction begins before a refresh and ends after one or more; its load id and time are older than ours
	writer => sub
	{
		ask($open ? 'INSERT INTO loads ' . lines_from(2) =~ s/\(line\(i\)\)\.\*/(line(i)).*, currval('load_ids')/r . '; COMMIT'
			: "BEGIN; SELECT nextval('load_ids') \\g /dev/null\nINSERT INTO lines " . lines_from(3) . "; DELETE FROM lines WHERE customer_id = 'W'; INSERT INTO parts " . lines_from(3));
		$open = !$open;
	},
);
my @names = sort keys %step;
my %may_wait = map { $_ => 1 } qw(insert late savepoint refresh_rolled_back refresh_in_transaction part_insert load load_late load_update load_without writer);
my $steps = $ENV{SEGMENT_LEDGER_STEPS} || 1000;
my (%done, $wrong, $refreshes);
($wrong, $refreshes) = (0, 0);
foreach my $i (1 .. $steps)
{
	my $name = $names[rand @names];
	# a lock that the writer holds would wait for us
	if ($open && !$may_wait{$name}) { ask('COMMIT'); $open = 0; }
	$step{$name}->();
	$done{$name}++;
	next if $i % 3 && $name ne 'writer';
	my @ledgers = (qw(by_changes by_partitions by_id by_time), $i % 10 ? () : 'by_full');
	$refreshes += @ledgers;
	my $got = say(join(' ', map { "CALL segment.refresh_ledger('$_');" } @ledgers) . join(' UNION ALL ', map { "SELECT '$_ ' || differences('$_', '$source{$_}')" } @ledgers));
	if ($got =~ / [1-9]/) { $wrong++; diag("step $i, $name: $got"); }
}
ask('COMMIT') if $open;
is($wrong, 0, "$refreshes refreshes among $steps random steps equal plain SQL");
is(join(' ', grep { !$done{$_} } @names), '', 'all kinds of steps occurred') if $steps >= 1000;
sql("CALL segment.refresh_ledger('$_')") foreach sort keys %source;
is(compared(keys %source), "by_changes 0\nby_full 0\nby_id 0\nby_partitions 0\nby_time 0", 'at the end, all');
is(sql("SELECT count(*) FROM segment.ledger_check('$_')"), '0', "and a check of $_ finds nothing") foreach sort keys %source;
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'nothing stays in the log');

# ---- a few customers of many, by index, and the same rows as by month ----

sql("TRUNCATE lines; INSERT INTO lines SELECT 'D' || i % 20000, i, date '2024-01-01' + i % 90, i % 100 FROM generate_series(1, 60000) i; ANALYZE lines; CALL segment.refresh_ledger('by_changes')");
sql("UPDATE lines SET amount = amount + 0.5 WHERE customer_id IN ('D77', 'D78'); DELETE FROM lines WHERE customer_id = 'D79'; INSERT INTO lines VALUES ('D80', 1, '2025-07-01', 3)");
my $query = sql("SELECT segment_internal.ledger_lines('lines', '2100-01-01', NULL, NULL, NULL, '{2025-07-01}', '{D77,D78}', '{2024-01-01,2024-02-01}')");
like(sql("PREPARE q(regclass, date, text, regclass, text, date[], text[], date[]) AS $query; EXPLAIN EXECUTE q('lines', '2100-01-01', NULL, NULL, NULL, '{}', '{D77,D78}', '{2024-01-01,2024-02-01}')"),
	qr/Index (Only )?Scan.*customer_id|Bitmap Index Scan/s, 'single customers are read by the index');
sql("CALL segment.refresh_ledger('by_changes')");
is(sql("SELECT differences('by_changes', 'lines')"), '0', 'customers by index, and a new month as a whole');

# ---- ids that their type or collation calls equal, and other sessions' text of them ----

sql(<<'SQL');
CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE cases (customer_id text COLLATE any_case, receipt_date date, amount numeric, load_id integer DEFAULT 0);
CREATE TABLE numbers (customer_id numeric, receipt_date date, amount numeric);
CREATE TABLE hashes (customer_id bytea, receipt_date date, amount numeric);
INSERT INTO cases SELECT 'C' || i, '2024-01-05', 1 FROM generate_series(1, 200) i;
INSERT INTO cases VALUES ('ada', '2024-01-01', 1), ('ADA', '2024-01-01', 2), ('bo', '2024-01-01', 3), ('BO', '2024-01-01', 4);
INSERT INTO numbers SELECT i, '2024-01-05', 1 FROM generate_series(1, 200) i;
INSERT INTO numbers VALUES (1.0, '2024-01-01', 2), (1.00, '2024-01-01', 3);
CREATE TABLE documents (customer_id json, receipt_date date, amount numeric, quantity oid);
INSERT INTO documents SELECT i::text::json, '2024-01-05', 1 FROM generate_series(1, 200) i;
INSERT INTO hashes SELECT int4send(i), '2024-01-05', 1 FROM generate_series(1, 200) i;
CREATE INDEX ON cases (customer_id);
SELECT segment.create_ledger('by_case', 'cases', 'changes'), segment.create_ledger('by_case_load', 'cases', 'column', change_column => 'load_id'),
       segment.create_ledger('by_number', 'numbers', 'changes'), segment.create_ledger('by_document', 'documents', 'changes'), segment.create_ledger('by_hash', 'hashes', 'changes');
CALL segment.refresh_ledger('by_case_load');
CALL segment.refresh_ledger('by_case_load');
UPDATE cases SET amount = amount + 10, load_id = 1 WHERE customer_id = 'ada';
DELETE FROM cases WHERE customer_id = 'bo';
INSERT INTO cases VALUES ('Bo', '2024-01-01', 3, 1), ('BO', '2024-01-01', 4, 1);
UPDATE numbers SET amount = amount + 10 WHERE customer_id = 1;
UPDATE documents SET amount = 2 WHERE customer_id::text = '7';
SET bytea_output = 'escape';
DELETE FROM hashes WHERE customer_id = int4send(6);
RESET bytea_output;
CALL segment.refresh_ledger('by_case');
CALL segment.refresh_ledger('by_case_load');
CALL segment.refresh_ledger('by_number');
CALL segment.refresh_ledger('by_hash');
CALL segment.refresh_ledger('by_document');
SQL
is(sql("SELECT string_agg(customer_id || ' ' || net, ', ' ORDER BY customer_id) FROM by_case WHERE customer_id !~ '[0-9]'"), 'ADA 12, BO 4, Bo 3, ada 11', 'ids of one customer in the collation are customers each');
is(sql("SELECT string_agg(customer_id || ' ' || net, ', ' ORDER BY customer_id) FROM by_case_load WHERE customer_id !~ '[0-9]' AND customer_id <> 'bo'"), 'ADA 12, BO 4, Bo 3, ada 11', 'also with a column');
is(sql("SELECT string_agg(customer_id || ' ' || net, ', ' ORDER BY customer_id) FROM by_number WHERE customer_id::numeric = 1"), '1 11, 1.0 12, 1.00 13', 'numbers that are equal, too');
is(sql("SELECT sum(net) || ' ' || count(quantity) FROM by_document"), '201 0', 'ids of a type without equality, and a quantity that is no number');
is(sql("SELECT count(*) FROM segment.ledger_check('by_hash')"), '0', 'the text of an id does not depend on the session that changes it');

# ---- a table that is a partition itself ----

sql(<<'SQL');
CREATE TABLE years (customer_id text, receipt_date date, amount numeric) PARTITION BY RANGE (receipt_date);
CREATE TABLE year PARTITION OF years FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (receipt_date);
CREATE TABLE year_first PARTITION OF year FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE year_second PARTITION OF year DEFAULT;
INSERT INTO years VALUES ('a', '2024-01-01', 1), ('a', '2024-11-01', 1);
SELECT segment.create_ledger('by_year', 'year', 'partitions');
CALL segment.refresh_ledger('by_year');
INSERT INTO years VALUES ('a', '2024-01-01', 2);
INSERT INTO year_second VALUES ('a', '2024-12-01', 4);
CALL segment.refresh_ledger('by_year');
CREATE TABLE joining (customer_id text, receipt_date date, amount numeric);
SELECT segment.create_ledger('by_joining', 'joining', 'changes');
ALTER TABLE years ATTACH PARTITION joining FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO years VALUES ('a', '2025-01-01', 8);
SQL
is(sql('SELECT sum(net) FROM by_year'), '8', 'changes through the parent, and by the name of a partition');
my (undef, undef, $refusal) = $node->psql('postgres', "SELECT segment.create_ledger('by_first', 'year_first', 'changes')");
like($refusal, qr/changes of "public.year_first" cannot be logged, because a table has a parent/, 'changes of a partition cannot be logged');
my (undef, undef, $warning) = $node->psql('postgres', "CALL segment.refresh_ledger('by_joining')");
like($warning, qr/changes of "public.joining" are not logged.*has a parent by now/s, 'nor those of a table that has become one');
is(sql('SELECT sum(net) FROM by_joining'), '8', 'so everything is read');
sql("SELECT segment.drop_ledger('by_year'), segment.drop_ledger('by_joining'); DROP TABLE years");

# ---- columns of the receipts that their owner changes ----

sql("INSERT INTO numbers VALUES (7.5, '2024-02-01', 1); ALTER TABLE numbers ALTER customer_id TYPE integer; CALL segment.refresh_ledger('by_number')");
is(sql("SELECT count(*) FROM segment.ledger_check('by_number')"), '0', 'another type of an id: everything is read');
sql("ALTER TABLE numbers ADD quantity numeric DEFAULT 2; CALL segment.refresh_ledger('by_number')");
is(sql("SELECT count(*) || ' ' || sum(quantity) FROM by_number"), '201 406', 'a new column quantity, too');
sql("ALTER TABLE numbers ALTER receipt_date TYPE text; INSERT INTO numbers VALUES (300, '2024-01-05', 1, 1); ALTER TABLE numbers ALTER receipt_date TYPE date USING receipt_date::date; CALL segment.refresh_ledger('by_number')");
is(sql("SELECT count(*) FROM segment.ledger_check('by_number')"), '0', 'rows can be written while receipt_date is no date');
sql('ALTER TABLE numbers ENABLE REPLICA TRIGGER ' . sql("SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = 'numbers'::regclass AND tgname LIKE '%insert'"));
my ($replica_status, undef, $replica) = $node->psql('postgres', "INSERT INTO numbers VALUES (301, '2024-01-05', 1, 1); CALL segment.refresh_ledger('by_number')");
like($replica, qr/changes of "public.numbers" are not logged/, 'a trigger that fires for replication only is no trigger');
is(sql("SELECT count(*) FROM segment.ledger_check('by_number')"), '0', 'and everything is read');
sql("SELECT segment.drop_ledger(l) FROM unnest('{by_case,by_case_load,by_number,by_hash,by_document}'::text[]) AS l; DROP TABLE cases, numbers, hashes, documents");

# ---- refreshes of one ledger take turns; readers do not wait ----

sql("INSERT INTO lines VALUES ('E1', 1, '2024-01-01', 1)");
ask("BEGIN; CALL segment.refresh_ledger('by_changes')");
is(sql("SET statement_timeout = '10s'; SELECT count(*) FROM by_changes WHERE customer_id = 'E1'"), '0', 'a reader sees the rows of before, and does not wait');
my ($waiting_in, $waiting_out, $waiting_err) = ("CALL segment.refresh_ledger('by_changes');\n\\q\n", '', '');
my $waiting = IPC::Run::start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$waiting_in, '>', \$waiting_out, '2>', \$waiting_err, IPC::Run::timeout(300));
$waiting->pump_nb foreach 1 .. 20;
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CALL segment.refresh_ledger%'"), 'a second refresh waits');
# what is committed after the first one took the log is not lost
sql("INSERT INTO lines VALUES ('E2', 1, '2024-01-01', 1)");
# to create a partition, the first one needs the table alone
ask("INSERT INTO lines VALUES ('F1', 1, '2031-01-01', 1); CALL segment.refresh_ledger('by_changes')");
ask('COMMIT');
$waiting->finish;
is($waiting_err, '', 'and then goes on');
is(sql("SELECT string_agg(customer_id, ' ' ORDER BY 1) FROM by_changes WHERE customer_id LIKE 'E%'"), 'E1 E2', 'with what was committed meanwhile');
is(sql("SELECT differences('by_changes', 'lines')"), '0', 'nothing is lost');

# ---- a refresh that fails writes nothing, and the log stays ----

sql("INSERT INTO lines VALUES ('E3', 1, '2024-01-01', 1), ('E3', 1, '2024-01-01', NULL)");
my ($status, $ignored, $message) = $node->psql('postgres', "CALL segment.refresh_ledger('by_changes')");
like($message, qr/amount is null in 1 lines/, 'a line without amount is an error');
is(sql("SELECT (SELECT count(*) FROM by_changes WHERE customer_id = 'E3') || ' ' || (SELECT count(*) FROM segment.ledger_change)"), '0 1', 'nothing is written, and the log stays');
sql("UPDATE lines SET amount = 5 WHERE amount IS NULL; CALL segment.refresh_ledger('by_changes')");
is(sql("SELECT differences('by_changes', 'lines')"), '0', 'until the line is mended');

# ---- roles ----

sql(<<'SQL');
CREATE ROLE keeper LOGIN; CREATE ROLE clerk LOGIN; CREATE ROLE stranger LOGIN;
GRANT USAGE, CREATE ON SCHEMA public TO keeper, clerk, stranger;
SET ROLE clerk;
CREATE TABLE "Till ""1""" ("customer_id" text, receipt_date date, amount numeric);
INSERT INTO "Till ""1""" VALUES ('a', '2024-01-01', 1);
GRANT SELECT ON "Till ""1""" TO keeper;
SQL
sub as_role
{
	my ($role, $statement) = @_;
	my (undef, $got, $err) = $node->psql('postgres', $statement, extra_params => [ '-U', $role, '-v', 'VERBOSITY=sqlstate' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $got;
}
my $till = q{'"Till ""1"""'};
is(as_role('keeper', "SELECT segment.create_ledger('kept', $till, 'changes')"), '42501', 'only modelers create ledgers');
sql("SELECT segment.grant_modeler('keeper'); SELECT segment.grant_modeler('stranger')");
is(as_role('keeper', "SELECT segment.create_ledger('kept', $till, 'changes')"), '42501', 'triggers need the privilege TRIGGER');
is(as_role('stranger', "SELECT segment.create_ledger('kept', $till)"), '42501', 'receipts need SELECT');
is(sql("SELECT count(*) FROM pg_class WHERE relname LIKE 'kept%'") . sql("SELECT count(*) FROM segment.ledger WHERE ledger_name = 'kept'"), '00', 'what failed leaves nothing');
sql(q{GRANT TRIGGER ON "Till ""1""" TO keeper});
is(as_role('keeper', qq{SELECT segment.create_ledger('"Kept ""by"" me; --"', $till, 'changes')}), '', 'a ledger of a table of somebody else, with hostile names');
is(as_role('clerk', q{INSERT INTO "Till ""1""" VALUES ('b; DROP TABLE x', '2024-02-01', 2)}), '', 'who writes needs no rights on the ledger');
is(as_role('clerk', q{SELECT count(*) FROM segment.ledger_change}), '42501', 'and does not see the log');
is(as_role('keeper', q{SELECT count(*) FROM segment.ledger_change}), '42501', 'nor does the owner of the ledger');
my $kept = q{'"Kept ""by"" me; --"'};
is(as_role($_, "CALL segment.refresh_ledger($kept)"), '42704', "$_ cannot refresh it") foreach qw(clerk stranger);
is(as_role('stranger', "SELECT * FROM segment.ledger_check($kept)"), '42704', 'nor check it');
is(as_role('stranger', "SELECT segment.drop_ledger($kept)"), '42704', 'nor drop it');
is(as_role('stranger', "SELECT segment_internal.$_)"), '42501', "nor call $_") foreach "ledger_refresh($kept, 'lines', NULL, NULL, NULL", "ledger_differences($kept, 'lines', NULL, NULL";
is(as_role('stranger', q{SELECT * FROM segment_internal.take_changes('public', 'Kept "by" me; --') WHERE customer_id IS NOT NULL}), '', 'nor take its log');
is(as_role('stranger', "SELECT count(*) FROM segment.rfm($kept, '2024-12-31')"), '42501', 'nor read it');
is(as_role('keeper', "CALL segment.refresh_ledger($kept)"), '', 'its owner does');
is(as_role('keeper', qq{SELECT string_agg(customer_id, ',' ORDER BY 1) FROM "Kept ""by"" me; --"}), 'a,b; DROP TABLE x', 'with all rows');
# whoever puts the trigger on a table of theirs logs nothing for the ledger of another table
my $id = sql("SELECT ledger_id FROM segment.ledger WHERE owner = 'keeper'");
is(as_role('stranger', "CREATE TABLE forged (customer_id text, receipt_date date); CREATE TRIGGER t AFTER INSERT ON forged REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION segment_internal.ledger_changed($id); INSERT INTO forged VALUES ('f', '2024-01-01')"), '', 'a forged trigger');
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'logs nothing');
is(as_role('stranger', 'SELECT segment_internal.ledger_changed()'), '39P01', 'nor does a call');
is(as_role('stranger', "CREATE TABLE forged_too (vbeln text, customer_id text, receipt_date date) PARTITION BY LIST (vbeln); CREATE TABLE forged_part PARTITION OF forged_too DEFAULT;
	CREATE TRIGGER segment_ledger_${id}_partition BEFORE INSERT ON forged_too FOR EACH ROW EXECUTE FUNCTION segment_internal.ledger_changed($id);
	CREATE TRIGGER segment_ledger_${id}_insert AFTER INSERT ON forged_too REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION segment_internal.ledger_changed($id, '', '', 'vbeln');
	INSERT INTO forged_too VALUES ('1', 'f', '2024-01-01')"), '', 'forged triggers of a partition and of documents');
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'log nothing, either');
is(as_role('stranger', "SELECT segment_internal.$_") =~ /^(42501)?$/ ? '' : $_, '', "a stranger does not change what is stored: $_") foreach "take_mark('public', 'by_id', '1', '{}')",
	"set_partition_months('public', 'by_partitions', ARRAY['parts_2023'::regclass::oid], '{1999-01-01}')", "changed_partitions(NULL, 'parts', NULL)";
# code of the owner of the receipts runs as the owner of the ledger, also when a superuser refreshes it
sql(<<'SQL');
CREATE TABLE ran (what text, who text); GRANT INSERT ON ran TO PUBLIC;
SET ROLE keeper;
CREATE FUNCTION note(what text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES (what, current_user); RETURN what; END $$;
CREATE VIEW noting AS SELECT customer_id || left(note('view'), 0) AS customer_id, receipt_date, amount FROM "Till ""1""";
SELECT segment.create_ledger('noted', 'noting');
CREATE FUNCTION note_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.ran VALUES ('trigger', current_user); RETURN NEW; END $$;
CREATE TRIGGER n BEFORE INSERT ON noted FOR EACH ROW EXECUTE FUNCTION note_row();
SQL
as_role('clerk', q{INSERT INTO "Till ""1""" VALUES ('c', '2024-03-01', 2)});
sql("TRUNCATE ran; CALL segment.refresh_ledger('noted'); SELECT * FROM segment.ledger_check('noted')");
is(sql("SELECT string_agg(DISTINCT what || ' ' || who, ', ' ORDER BY what || ' ' || who) FROM ran"), 'trigger keeper, view keeper', 'code of the source and of the ledger runs as its owner');
# the table given away
sql('ALTER TABLE noted OWNER TO stranger');
is(as_role('keeper', "CALL segment.refresh_ledger('noted')"), '55000', 'a ledger that belongs to another role now is not refreshed');
is(as_role('keeper', "SELECT segment.drop_ledger('noted')"), '', 'but dropped');
is(sql("SELECT (SELECT count(*) FROM segment.ledger WHERE ledger_name = 'noted') || ' ' || (SELECT count(*) FROM noted)"), '0 3', 'and the table remains to its owner');
is(as_role('keeper', "SELECT segment.drop_ledger($kept)"), '', 'dropped by its owner');
is(as_role('clerk', q{INSERT INTO "Till ""1""" VALUES ('d', '2024-03-01', 2)}), '', 'its triggers remain, without effect');
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'and log nothing');

# a ledger whose name another table has by now, and one whose owner is gone
sql("SELECT segment.create_ledger('once', 'lines', 'changes'); DROP TABLE once; CREATE TABLE once (kept integer); SELECT segment.drop_ledger('once')");
is(sql("SELECT (SELECT count(*) FROM once) || ' ' || (SELECT count(*) FROM segment.ledger WHERE ledger_name = 'once')"), '0 0', 'a table that is no ledger is not dropped');
sql(<<'SQL');
CREATE ROLE leaver; GRANT USAGE, CREATE ON SCHEMA public TO leaver; SELECT segment.grant_modeler('leaver');
SET ROLE leaver;
CREATE TABLE left_behind (customer_id text, receipt_date date, amount numeric);
SELECT segment.create_ledger('of_leaver', 'left_behind', 'changes');
RESET ROLE;
REASSIGN OWNED BY leaver TO clerk; DROP OWNED BY leaver; DROP ROLE leaver;
SQL
is(as_role('clerk', "SELECT segment.drop_ledger('of_leaver')"), '42704', 'a ledger of a dropped role is nobody\'s');
sql("SELECT segment.drop_ledger('of_leaver')");
is(sql("SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'left_behind'::regclass) || ' ' || (to_regclass('of_leaver') IS NULL)"), '0 true', 'a superuser drops it, with its triggers');

# ---- dump and restore: the log stays behind, and the next refresh reads everything ----

sql("INSERT INTO lines VALUES ('E4', 1, '2024-01-01', 1)");
my $dump = $node->basedir . '/ledger.sql';
command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE other');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('other'), '-f', $dump ], 'restore');
sub in_other { return $node->safe_psql('other', $_[0]) }
sub restored { return in_other(join(' ', map { "CALL segment.refresh_ledger('$_');" } sort keys %source) . join(' UNION ALL ', map { "SELECT '$_ ' || differences('$_', '$source{$_}')" } sort keys %source)) }
is($node->safe_psql('other', "SELECT count(*) FROM segment.ledger_check('by_changes')"), '1', 'a change before the dump');
is(in_other("INSERT INTO parts VALUES ('E4', 1, '2024-01-01', 1); INSERT INTO lines VALUES ('E5', 1, '2024-01-01', 1)"), '', 'changes after the restore');
my $all_right = "by_changes 0\nby_full 0\nby_id 0\nby_partitions 0\nby_time 0";
is(restored(), $all_right, 'are not lost, with each detection');
is(in_other("INSERT INTO $_ VALUES ('E6', 1, '2024-02-01', 1)"), '', "a change of $_") foreach qw(lines parts loads);
is(restored(), $all_right, 'is found by the next refresh');
is(in_other("SELECT count(*) FROM segment.ledger WHERE detect <> 'full' AND change_key IS NULL"), '0', 'and triggers are known again');
is($node->safe_psql('other', "CALL segment.refresh_ledger('by_changes'); SELECT differences('by_changes', 'lines')"), '0', 'is not lost');
is($node->safe_psql('other', "INSERT INTO lines VALUES ('E5', 1, '2024-01-01', 1); CALL segment.refresh_ledger('by_changes'); SELECT differences('by_changes', 'lines')"), '0', 'and what follows is logged');

foreach my $session ($us, $writer)
{
	$session->{in} .= "\\q\n";
	$session->{run}->finish;
}
done_testing();
