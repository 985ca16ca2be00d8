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

sql(<<'SQL');
CREATE EXTENSION segment;
CREATE TABLE lines (customer_id varchar(20), receipt_id integer, receipt_date date, amount numeric, quantity numeric) PARTITION BY HASH (customer_id);
CREATE TABLE lines_0 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON lines (customer_id);
-- id, month and amount of a line out of a number
CREATE FUNCTION line(i bigint) RETURNS lines LANGUAGE sql IMMUTABLE AS $$
    SELECT ('C' || h % 400, CASE WHEN h % 3 > 0 THEN h % 9000 END, date '2023-01-01' + (h / 7 % 700)::integer,
            CASE WHEN h % 211 = 0 THEN 1e25 WHEN h % 5 = 0 THEN -(h % 97) ELSE round(h % 10000 / 100.0, (h % 4)::integer) END,
            CASE WHEN h % 13 > 0 THEN h % 17 / 2.0 END)::lines
    FROM abs(hashint8(i)::bigint) h $$;
INSERT INTO lines SELECT (line(i)).* FROM generate_series(1, 6000) i;
CREATE VIEW wanted AS
WITH receipt AS (
    SELECT customer_id::text, date_trunc('month', receipt_date)::date AS month, min(receipt_date) AS day, sum(amount) AS total, count(*) AS lines, COALESCE(sum(quantity), 0) AS quantity
    FROM (SELECT *, row_number() OVER () AS line FROM lines) l
    GROUP BY 1, 2, receipt_id, CASE WHEN receipt_id IS NULL THEN line END)
SELECT customer_id, month, count(*) FILTER (WHERE total >= 0) AS receipts, sum(lines)::bigint AS lines, sum(total) FILTER (WHERE total >= 0) AS sales, sum(total) AS net, sum(quantity) AS quantity,
       min(day) FILTER (WHERE total >= 0) AS first_date, max(day) FILTER (WHERE total >= 0) AS last_date
FROM receipt GROUP BY 1, 2;
CREATE FUNCTION differences(ledger text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    -- as text: the scale of a numeric counts
    EXECUTE format('SELECT count(*) FROM ((SELECT t::text FROM %1$I t EXCEPT ALL SELECT w::text FROM wanted w) UNION ALL'
                   ' (SELECT w::text FROM wanted w EXCEPT ALL SELECT t::text FROM %1$I t)) d', ledger) INTO n;
    RETURN n;
END $$;
SELECT segment.create_ledger('by_full', 'lines');
SELECT segment.create_ledger('by_changes', 'lines', 'changes');
SQL
is(sql("SELECT differences('by_full') || ' ' || differences('by_changes')"), '0 0', 'two ledgers, as created');

# A session beside us, whose transaction is open or not.
my ($in, $out, $open) = ('', '', 0);
my $writer = IPC::Run::start([ 'psql', '-qXAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$out, IPC::Run::timeout(900));
sub ask
{
	$out = '';
	$in .= "$_[0];\n\\echo done\n";
	$writer->pump until $out =~ /done\n/;
	return;
}

srand(35);
my $next = 100_000;
my %done;
my %step = (
	insert => sub { $next += 10; my $n = 1 + int(rand 8); sql("INSERT INTO lines SELECT (line(i)).* FROM generate_series($next, $next + $n) i") },
	late => sub { $next += 10; sql("INSERT INTO lines SELECT c, r, d - 365, a, q FROM line($next) l(c, r, d, a, q)") },
	cancel => sub { sql('DELETE FROM lines WHERE receipt_id = ' . int(rand 9000)) },
	delete => sub { sql('DELETE FROM lines WHERE customer_id = \'C' . int(rand 400) . '\' AND receipt_date > \'2024-01-01\'') },
	amount => sub { sql('UPDATE lines SET amount = amount * -1.50 WHERE receipt_id % 900 = ' . int(rand 900)) },
	move => sub { sql('UPDATE lines SET customer_id = \'C' . int(rand 500) . '\', receipt_date = receipt_date + 40 WHERE receipt_id % 2000 = ' . int(rand 2000)) },
	month => sub { my $m = int(rand 20); sql("UPDATE lines SET amount = amount + 1 WHERE receipt_date >= date '2023-01-01' + $m * 31 AND receipt_date < date '2023-01-01' + $m * 31 + 20") },
	merge => sub { $next += 10; sql("MERGE INTO lines l USING (SELECT (line($next)).*) n ON l.customer_id = n.customer_id WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (n.customer_id, n.receipt_id, n.receipt_date, n.amount, n.quantity)") },
	rollback => sub { $next += 10; sql("BEGIN; INSERT INTO lines SELECT (line(i)).* FROM generate_series($next, $next + 5) i; SAVEPOINT s; DELETE FROM lines WHERE customer_id = 'C7'; ROLLBACK TO s; DELETE FROM lines WHERE customer_id = 'C8'; ROLLBACK") },
	savepoint => sub { $next += 10; sql("BEGIN; SAVEPOINT s; DELETE FROM lines WHERE customer_id = 'C9'; ROLLBACK TO s; INSERT INTO lines SELECT (line($next)).*; COMMIT") },
	refresh_rolled_back => sub { sql("BEGIN; CALL segment.refresh_ledger('by_changes'); ROLLBACK") },
	truncate => sub { return if rand() > 0.15; sql('TRUNCATE lines'); $next += 3000; sql("INSERT INTO lines SELECT (line(i)).* FROM generate_series($next - 2500, $next) i") },
	many => sub { return if rand() > 0.3; $next += 13000; sql("INSERT INTO lines SELECT (line(i)).* FROM generate_series($next - 13000, $next) i; DELETE FROM lines WHERE receipt_id % 4 > 0") },
	# the writer's transaction begins before a refresh and ends after one or more
	writer => sub
	{
		ask($open ? 'COMMIT' : 'BEGIN; INSERT INTO lines SELECT (line(i)).* FROM generate_series(' . ($next += 10) . ", $next + 3) i; DELETE FROM lines WHERE customer_id = 'W'");
		$open = !$open;
	},
);
my @names = sort keys %step;
my ($wrong, $refreshes) = (0, 0);
foreach my $i (1 .. 260)
{
	my $name = $names[rand @names];
	# a lock that the writer holds would wait for us
	if ($open && $name !~ /^(insert|late|writer|refresh_rolled_back|savepoint)$/) { ask('COMMIT'); $open = 0; }
	$step{$name}->();
	$done{$name}++;
	next if $i % 2 && $name ne 'writer';
	$refreshes++;
	my @ledgers = ('by_changes', $i % 10 ? () : 'by_full');
	sql("CALL segment.refresh_ledger('$_')") foreach @ledgers;
	my $got = sql(join(' UNION ALL ', map { "SELECT '$_ ' || differences('$_')" } @ledgers));
	if ($got =~ / [1-9]/) { $wrong++; diag("step $i, $name: $got"); }
}
ask('COMMIT') if $open;
is($wrong, 0, "$refreshes refreshes among 260 random steps equal plain SQL");
is(scalar(keys %done), scalar(@names), 'all kinds of steps occurred');
sql("CALL segment.refresh_ledger('by_changes'); CALL segment.refresh_ledger('by_full')");
is(sql("SELECT differences('by_full') || ' ' || differences('by_changes')"), '0 0', 'at the end, both');
is(sql("SELECT count(*) FROM segment.ledger_check('by_changes')"), '0', 'and a check finds nothing');
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'nothing stays in the log');

# ---- a few customers of many, by index, and the same rows as by month ----

sql("TRUNCATE lines; INSERT INTO lines SELECT 'D' || i % 20000, i, date '2024-01-01' + i % 90, i % 100 FROM generate_series(1, 60000) i; ANALYZE lines; CALL segment.refresh_ledger('by_changes')");
sql("UPDATE lines SET amount = amount + 0.5 WHERE customer_id IN ('D77', 'D78'); DELETE FROM lines WHERE customer_id = 'D79'; INSERT INTO lines VALUES ('D80', 1, '2025-07-01', 3)");
my $query = sql("SELECT segment_internal.ledger_lines('lines', '2100-01-01', NULL, NULL, NULL, '{2025-07-01}', '{D77,D78}', '{2024-01-01,2024-02-01}')");
like(sql("PREPARE q(regclass, date, text, regclass, text, date[], text[], date[]) AS $query; EXPLAIN EXECUTE q('lines', '2100-01-01', NULL, NULL, NULL, '{}', '{D77,D78}', '{2024-01-01,2024-02-01}')"),
	qr/Index (Only )?Scan.*customer_id|Bitmap Index Scan/s, 'single customers are read by the index');
sql("CALL segment.refresh_ledger('by_changes')");
is(sql("SELECT differences('by_changes')"), '0', 'customers by index, and a new month as a whole');

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
ask('COMMIT');
$waiting->finish;
is($waiting_err, '', 'and then goes on');
is(sql("SELECT string_agg(customer_id, ' ' ORDER BY 1) FROM by_changes WHERE customer_id LIKE 'E%'"), 'E1 E2', 'with what was committed meanwhile');
is(sql("SELECT differences('by_changes')"), '0', 'nothing is lost');

# ---- a refresh that fails writes nothing, and the log stays ----

sql("INSERT INTO lines VALUES ('E3', 1, '2024-01-01', 1), ('E3', 1, '2024-01-01', NULL)");
my ($status, $ignored, $message) = $node->psql('postgres', "CALL segment.refresh_ledger('by_changes')");
like($message, qr/amount is null in 1 lines/, 'a line without amount is an error');
is(sql("SELECT (SELECT count(*) FROM by_changes WHERE customer_id = 'E3') || ' ' || (SELECT count(*) FROM segment.ledger_change)"), '0 1', 'nothing is written, and the log stays');
sql("UPDATE lines SET amount = 5 WHERE amount IS NULL; CALL segment.refresh_ledger('by_changes')");
is(sql("SELECT differences('by_changes')"), '0', 'until the line is mended');

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
is(as_role('stranger', "SELECT segment_internal.$_($kept, 'lines', NULL, NULL)"), '42501', "nor call $_") foreach qw(ledger_refresh ledger_differences);
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
is(as_role('keeper', "SELECT segment.drop_ledger($kept)"), '', 'dropped by its owner');
is(as_role('clerk', q{INSERT INTO "Till ""1""" VALUES ('d', '2024-03-01', 2)}), '', 'its triggers remain, without effect');
is(sql('SELECT count(*) FROM segment.ledger_change'), '0', 'and log nothing');

# ---- dump and restore: the log stays behind, and the next refresh reads everything ----

sql("INSERT INTO lines VALUES ('E4', 1, '2024-01-01', 1)");
my $dump = $node->basedir . '/ledger.sql';
command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE other');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('other'), '-f', $dump ], 'restore');
is($node->safe_psql('other', "SELECT count(*) FROM segment.ledger_check('by_changes')"), '1', 'a change before the dump');
is($node->safe_psql('other', "CALL segment.refresh_ledger('by_changes'); SELECT differences('by_changes')"), '0', 'is not lost');
is($node->safe_psql('other', "INSERT INTO lines VALUES ('E5', 1, '2024-01-01', 1); CALL segment.refresh_ledger('by_changes'); SELECT differences('by_changes')"), '0', 'and what follows is logged');

$in .= "\\q\n";
$writer->finish;
done_testing();
