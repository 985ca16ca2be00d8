# run_triggers and roles: whose rights read the sources and write the table, and who sees what;
# dump and restore.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('contacts');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;

# As a role: the result, or the SQLSTATE of the error.
sub as
{
	my ($role, $sql, $db) = @_;
	my ($out, $err) = ('', '');
	my $failed = $node->psql($db || 'postgres', "SET SESSION AUTHORIZATION $role; $sql", stdout => \$out, stderr => \$err, on_error_stop => 1, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $failed ? $err =~ /ERROR:\s+(\S+)/ ? $1 : $err : $out;
}

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION segment;
CREATE ROLE alice; CREATE ROLE bob; CREATE ROLE carol; CREATE ROLE crm; GRANT crm TO alice;
SELECT segment.grant_modeler('alice'); SELECT segment.grant_modeler('bob'); SELECT segment.grant_modeler('crm');
CREATE SCHEMA a AUTHORIZATION alice; CREATE SCHEMA b AUTHORIZATION bob; CREATE SCHEMA c AUTHORIZATION carol; CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO crm, alice;
CREATE TABLE sales AS SELECT 'C' || c AS customer_id, date '2025-01-01' + (c * 37 + g * (5 + c % 40)) % 400 AS receipt_date, 10 + c AS amount, c % 2 AS shop
FROM generate_series(1, 120) c, generate_series(0, c % 9) g;
GRANT SELECT ON sales TO alice;
ALTER TABLE sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_shop ON sales TO alice USING (shop = 1);
SQL
my $run = "CALL segment.run_triggers('%s', '2025-11-30', '%s', 60)";
sub run { return sprintf($run, @_); }

# ---- sources are read as the caller ----
is(as('alice', run('a.contacts', 'sales')), '', 'a modeler writes a table of her own');
is(as('alice', 'SELECT count(*) > 20, bool_and(substr(customer_id, 2)::int % 2 = 1) FROM a.contacts'), 't|t', 'with the customers that row level security shows her');
is(as('bob', run('b.contacts', 'sales')), '42501', 'who may not read the receipts');
is(as('carol', "CREATE TABLE c.own (customer_id text, receipt_date date, amount numeric); " . run('c.contacts', 'c.own')), '42501', 'who is no modeler');
is(as('bob', "SELECT count(*) FROM segment.triggers('sales', '2025-11-30')"), '42501', 'triggers reads as the caller, too');

# ---- the table belongs to somebody ----
is(as('bob', "CREATE TABLE b.own (customer_id text, receipt_date date, amount numeric); " . run('a.contacts', 'b.own')), '42501', 'somebody else\'s table');
is(as('bob', run('a.others', 'b.own')), '42501', 'somebody else\'s schema');
is(as('alice', 'SET ROLE crm; CREATE TABLE shared.visits (customer_id text, receipt_date date, amount numeric); ' . run('shared.contacts', 'shared.visits')), '', 'a table of a group');
is(as('alice', run('shared.contacts', 'sales')), '', 'a member of the group writes it, too');
is(as('alice', "SELECT tableowner FROM pg_tables WHERE schemaname = 'shared' AND tablename = 'contacts'"), 'crm', 'and it is still the group\'s');

# ---- code in views and on the table runs as its author, also when a superuser runs the triggers ----
$node->safe_psql('postgres', 'CREATE ROLE dba SUPERUSER');
is(as('alice', <<'SQL'), '', 'a trigger of her own, whose view and table have code');
CREATE FUNCTION a.who() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN current_user; END $$;
CREATE VIEW a.calls AS SELECT 'CALLED' AS customer_id, date '2025-11-29' AS happened_on, 1 AS strength, a.who() AS evidence;
DO $$ BEGIN PERFORM segment.register_trigger('call', 'a.calls', 1, 0); END $$;
CREATE FUNCTION a.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.evidence := NEW.evidence || ' written by ' || current_user; RETURN NEW; END $$;
CREATE TABLE a.noted (LIKE a.contacts INCLUDING ALL);
CREATE TRIGGER note BEFORE INSERT ON a.noted FOR EACH ROW EXECUTE FUNCTION a.note();
SQL
is(as('dba', "CALL segment.run_triggers('a.noted', '2025-11-30')"), '', 'a superuser runs it');
is(as('alice', "SELECT evidence FROM a.noted WHERE trigger = 'call'"), 'alice written by alice', 'the view and the table ran their code as their author');
is(as('alice', <<'SQL'), '', 'code that wants more');
CREATE OR REPLACE FUNCTION a.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RESET SESSION AUTHORIZATION; RETURN NEW; END $$;
TRUNCATE a.noted;
SQL
is(as('dba', "CALL segment.run_triggers('a.noted', '2025-11-30')"), '42501', 'it cannot take the superuser\'s rights');
is(as('dba', 'CREATE SCHEMA d; CALL segment.run_triggers(\'d.contacts\', \'2025-11-30\', \'sales\'); SELECT count(*) FROM d.contacts WHERE trigger = \'call\''), '0', 'a table of another owner gets no triggers of hers');
is(as('alice', "DROP TABLE a.noted"), '', 'her table goes');

# ---- who sees what ----
is(as('alice', 'SELECT trigger_name, relation, owner FROM segment.registered_triggers'), 'call|a.calls|alice', 'the author sees her trigger');
is(as('bob', 'SELECT count(*) FROM segment.registered_triggers'), '0', 'others do not');
is(as('bob', "SELECT segment.drop_trigger('call')"), '42704', 'and cannot drop it');
is(as('bob', "SELECT segment.register_trigger('call', 'b.own')"), '42703', 'a relation without the columns');
is(as('alice', run('a.contacts', 'sales') =~ s/2025-11-30/2025-12-30/r), '', 'a month later');
is(as('alice', "SELECT count(*) > 3, bool_and(contacted > 0), bool_and(contacted_converted <= contacted), bool_and(target = 'a.contacts') FROM segment.trigger_performance WHERE target <> 'shared.contacts'"), 't|t|t|t', 'the author sees the performance');
is(as('bob', 'SELECT count(*) FROM segment.trigger_performance'), '0', 'others do not');
is(as('carol', 'SELECT count(*) FROM segment.trigger_performance'), '0', 'nor does who is no modeler');
foreach my $table (qw(trigger trigger_target))
{
	is(as('alice', "SELECT count(*) FROM segment.$table"), '42501', "$table cannot be read");
	is(as('alice', "DELETE FROM segment.$table"), '42501', "nor changed");
}
# a view in the place of the table runs as its owner, and a failing one has no rows
is(as('alice', <<'SQL'), '', 'a view in the place of the table');
ALTER TABLE a.contacts RENAME TO moved;
CREATE VIEW a.contacts AS SELECT a.who() AS trigger, 'contact' AS status, date '2025-01-01' AS run_on, NULL::date AS converted_on;
SQL
is(as('dba', "SELECT trigger FROM segment.trigger_performance WHERE target = 'a.contacts'"), 'alice', 'a superuser who looks at the performance runs it as its owner');
is(as('alice', "DROP VIEW a.contacts; CREATE VIEW a.contacts AS SELECT (1 / 0)::text AS trigger, 'contact' AS status, date '2025-01-01' AS run_on, NULL::date AS converted_on"), '', 'a view that fails');
is(as('dba', "SELECT count(*) FROM segment.trigger_performance WHERE target = 'a.contacts'"), '0', 'gives no rows, and no error');
is(as('dba', "SELECT what FROM segment.problems WHERE model_name = 'a.contacts'"), 'contacts cannot be read: division by zero', 'the view problems says why');
is(as('bob', 'SELECT count(*) FROM segment.problems'), '0', 'but not to others');
# errors that handlers of all errors do not catch
foreach my $code ("RAISE 'no' USING ERRCODE = 'query_canceled'", "ASSERT false, 'no'")
{
	is(as('alice', "CREATE OR REPLACE FUNCTION a.fail() RETURNS text LANGUAGE plpgsql STABLE AS \$\$ BEGIN $code; RETURN 'x'; END \$\$;
		CREATE OR REPLACE VIEW a.contacts AS SELECT a.fail() AS trigger, 'contact' AS status, date '2025-01-01' AS run_on, NULL::date AS converted_on"), '', 'a view that fails otherwise');
	is(as('dba', "SELECT count(*) FROM segment.trigger_performance WHERE target = 'a.contacts'; SELECT what FROM segment.problems WHERE model_name = 'a.contacts'"),
		"0\ncontacts cannot be read: no", "$code fails no view");
}
is(as('alice', "CREATE FUNCTION a.sleep() RETURNS text LANGUAGE plpgsql STABLE AS \$\$ BEGIN PERFORM pg_sleep(60); RETURN 'x'; END \$\$;
	CREATE OR REPLACE VIEW a.contacts AS SELECT a.sleep() AS trigger, 'contact' AS status, date '2025-01-01' AS run_on, NULL::date AS converted_on"), '', 'a view that takes long');
is(as('dba', "SET statement_timeout = '200ms'; SELECT count(*) FROM segment.trigger_performance"), '57014', 'a real cancel is one');
# counts that contradict each other, out of a function that is not as stable as it says
is(as('alice', "CREATE FUNCTION a.lie() RETURNS text LANGUAGE plpgsql STABLE AS \$\$ BEGIN RETURN (ARRAY['x', 'contact', 'x', 'holdout', 'x', 'contact', 'x'])[1 + (random() * 1e6)::int % 7]; END \$\$;
	CREATE OR REPLACE VIEW a.contacts AS SELECT 'x'::text AS trigger, a.lie() AS status, date '2025-01-01' AS run_on, date '2025-01-02' AS converted_on FROM generate_series(1, 40)"), '', 'a view that changes its mind');
is(as('dba', "SELECT setseed(0) \\g /dev/null\nSELECT segment.trigger_performance.target IS NOT NULL FROM generate_series(1, 50) i, LATERAL (SELECT i) n, segment.trigger_performance WHERE target = 'a.contacts' GROUP BY 1"), 't', 'fails no view');
is(as('alice', 'DROP VIEW a.contacts; ALTER TABLE a.moved RENAME TO contacts'), '', 'as before');

# ---- two runs at once take turns ----
my $background = $node->background_psql('postgres', on_error_stop => 1);
$background->query_safe("BEGIN; SET ROLE alice; " . run('a.contacts', 'sales') =~ s/2025-11-30/2026-01-15/r);
is(as('alice', "SET lock_timeout = '200ms'; " . run('a.contacts', 'sales')), '55P03', 'a second run waits for the first');
is(as('alice', 'SELECT count(*) > 0 FROM a.contacts'), 't', 'who reads the table does not wait');
$background->query_safe('COMMIT');
$background->quit;

# ---- dump and restore ----
my $before = as('alice', 'SELECT * FROM segment.trigger_performance ORDER BY 1, 2');
my $dump = $node->data_dir . '/contacts.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'restore');
is(as('alice', 'SELECT trigger_name, relation, owner FROM segment.registered_triggers', 'restored'), 'call|a.calls|alice', 'the trigger is registered');
is(as('alice', 'SELECT * FROM segment.trigger_performance ORDER BY 1, 2', 'restored'), $before, 'the performance is the same');
is(as('alice', run('a.contacts', 'sales') =~ s/2025-11-30/2026-02-15/r, 'restored'), '', 'and the triggers run');

# ---- a role that is renamed keeps its trigger; who was dropped leaves one for the owner of the extension ----
$node->safe_psql('postgres', 'ALTER ROLE alice RENAME TO alicia');
is(as('alicia', 'SELECT trigger_name, owner FROM segment.registered_triggers'), 'call|alicia', 'a renamed role keeps its triggers');
$node->safe_psql('postgres', 'DROP DATABASE restored; DROP OWNED BY alicia CASCADE; DROP ROLE alicia');
is(as('dba', 'SELECT count(*) FROM segment.registered_triggers'), '0', 'a dropped role has no triggers');
is(as('dba', "SELECT segment.drop_trigger('call')"), '', 'the owner of the extension removes what it left');

done_testing();
